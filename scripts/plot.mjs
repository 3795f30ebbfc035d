// Draws a ranking as an SVG picture, score against FLOPs with the Pareto-optimal candidates marked:
// `npm run plot -- RANKING.csv PICTURE.svg [TITLE]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { paretoFront } from '../dist/core/report/pareto.js';
import { readRankingCsv } from '../dist/core/report/ranking-csv.js';

const WIDTH = 760;
const HEIGHT = 400;
const MARGIN = { left: 56, right: 20, top: 40, bottom: 48 };

const [from, to, title = 'Score against FLOPs'] = process.argv.slice(2);
if (to === undefined) {
  console.error('usage: npm run plot -- RANKING.csv PICTURE.svg [TITLE]');
  process.exit(2);
}
const rows = readRankingCsv(readFileSync(from, 'utf8'), { source: from })
  .map((row) => ({ ...row, flops: row.proxies.complexity ?? row.proxies.flops }))
  // A score may be -inf: no signal passes such a network, and it has no place on the axis.
  .filter(({ score, flops }) => Number.isFinite(score) && Number.isFinite(flops));
writeFileSync(to, picture(rows));
console.log(
  `${to}: ${rows.length} candidates, ${paretoFront({ rows, cost: 'flops' }).length} of them Pareto-optimal`,
);

function picture(rows) {
  const scores = rows.map(({ score }) => score);
  const flops = rows.map(({ flops }) => flops / 1e6);
  // The worst scores lie far below the others, so the axis begins where the worst twentieth ends.
  const low = scores.toSorted((a, b) => a - b)[Math.floor(scores.length / 20)];
  const x = createScale([0, Math.max(...flops) * 1.02], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = createScale([low, 0], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const at = (row) => [x(row.flops / 1e6), y(Math.max(row.score, low))].map((value) => value.toFixed(1));
  const all = paretoFront({ rows, cost: 'flops' });
  const front = all.filter(({ score }) => score >= low);
  const dots = [...new Set(rows.filter(({ score }) => score >= low).map((row) => `M${at(row).join(' ')}h0`))];
  const steps = front.map((row, i) => {
    const [px, py] = at(row);
    return i === 0 ? `M${px} ${py}` : `H${px}V${py}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">`,
    `<title>${title}</title>`,
    `<text x="${MARGIN.left}" y="20" font-size="14">${title}</text>`,
    ...axes({ x, y, low, most: Math.max(...flops) }),
    `<path d="${dots.join('')}" stroke="#4a86e8" stroke-width="3" stroke-linecap="round" opacity="0.35"/>`,
    `<path d="${steps.join('')}" fill="none" stroke="#e0702a" stroke-width="1.5"/>`,
    ...front.map((row) => `<circle cx="${at(row)[0]}" cy="${at(row)[1]}" r="4" fill="#e0702a"/>`),
    `<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - MARGIN.bottom - 12}" text-anchor="end" fill="#e0702a">${rows.length.toLocaleString('en-US')} candidates, ${all.length} of them Pareto-optimal</text>`,
    '</svg>\n',
  ].join('\n');
}

function axes({ x, y, low, most }) {
  const bottom = HEIGHT - MARGIN.bottom;
  const across = steps(0, most).map(
    (value) => `<text x="${x(value).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${value}</text>`,
  );
  const up = steps(low, 0).flatMap((value) => [
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#888" opacity="0.25"/>`,
    `<text x="${MARGIN.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`,
  ]);
  return [
    ...up,
    ...across,
    `<text x="${(MARGIN.left + WIDTH) / 2}" y="${HEIGHT - 10}" text-anchor="middle">million multiply-accumulates</text>`,
    `<text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">score</text>`,
  ];
}

/** Round values between two bounds, five to ten of them. */
function steps(from, to) {
  const power = 10 ** Math.floor(Math.log10(to - from));
  const step = [0.1, 0.2, 0.5, 1].map((part) => part * power).find((size) => (to - from) / size <= 10);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  );
}

/** Maps an interval of values linearly to an interval of positions. */
function createScale([from, to], [start, end]) {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}
