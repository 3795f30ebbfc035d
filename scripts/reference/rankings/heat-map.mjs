// Draws Kendall's tau of every ranking on every space as a heat map in SVG that is readable on light and dark
// pages.

const LEFT = 214;
const CELL = { width: 60, height: 20 };
const TOP = 160;
const GAP = 26;
/** The value from which a colour is not stronger. */
const STRONGEST = 0.8;
const NEUTRAL = [244, 244, 244];
const POSITIVE = [20, 76, 148];
const NEGATIVE = [190, 74, 22];
const WORDS = '#808080';
/** What a cell without a value shows. */
export const ABSENT = { constant: '=', impossible: '×', unscored: '–' };

/**
 * Draws `groups` of rows, each with a title and names, and `columns`, each with a name and cells by the name of the row.
 */
export function heatMap({ groups, columns }) {
  const width = LEFT + columns.length * CELL.width + 24;
  const blocks = placeGroups(groups);
  const bottom = blocks.at(-1).end;
  const height = bottom + 96;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="${WORDS}">`,
    "<title>Kendall's tau between rankings and trained accuracies: rankings in rows, spaces in columns</title>",
    `<text x="6" y="${TOP - 20}" font-style="italic">ranked by ↓</text>`,
    `<text x="${LEFT - 8}" y="${TOP - 20}" text-anchor="end" font-style="italic">space →</text>`,
    ...columns.map(({ name }, i) => columnTitle(name, i)),
    ...blocks.flatMap((block) => drawGroup({ block, columns })),
    ...legend(bottom + 24),
    '</svg>\n',
  ].join('\n');
}

function placeGroups(groups) {
  let end = TOP - GAP + 6;
  return groups.map(({ title, names }) => {
    const start = end + GAP;
    end = start + names.length * CELL.height;
    return { title, names, start, end };
  });
}

function columnTitle(name, i) {
  const x = LEFT + (i + 0.5) * CELL.width;
  return `<text transform="translate(${x - 2} ${TOP - 20}) rotate(-55)">${name}</text>`;
}

function drawGroup({ block: { title, names, start }, columns }) {
  const heading = `<text x="6" y="${start - 6}" font-weight="bold">${title}</text>`;
  const rows = names.flatMap((name, row) => {
    const y = start + row * CELL.height;
    const label = `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${name.replaceAll('`', '')}</text>`;
    const cells = columns.map(({ cells }, i) =>
      drawCell({ cell: cells.get(name), x: LEFT + i * CELL.width, y }),
    );
    return [label, ...cells];
  });
  return [heading, ...rows];
}

function drawCell({ cell = { absent: 'unscored' }, x, y }) {
  const middle = x + CELL.width / 2;
  if (cell.absent)
    return `<text x="${middle}" y="${y + 14}" text-anchor="middle">${ABSENT[cell.absent]}</text>`;
  const colour = colourOf(cell.kendall);
  const text = `${cell.above ? '▴' : ''}${signed(cell.kendall)}`;
  return [
    `<rect x="${x + 1}" y="${y + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="2" fill="${hex(colour)}"/>`,
    `<text x="${middle}" y="${y + 14}" text-anchor="middle" fill="${inkOn(colour)}">${text}</text>`,
  ].join('');
}

function legend(y) {
  const steps = [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8];
  const scale = steps.map((value, i) => drawCell({ cell: { kendall: value }, x: LEFT + i * CELL.width, y }));
  return [
    `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">Kendall's τ</text>`,
    ...scale,
    `<text x="${LEFT}" y="${y + 42}">▴ above FLOPs, parameters and depth on the same networks</text>`,
    `<text x="${LEFT}" y="${y + 60}">${ABSENT.constant} the same for all networks, ${ABSENT.impossible} cannot be computed for all networks, ${ABSENT.unscored} not scored</text>`,
  ];
}

/** Grey at 0, blue above and orange below, which people with any colour vision tell apart. */
function colourOf(value) {
  const share = Math.min(1, Math.abs(value) / STRONGEST);
  const end = value < 0 ? NEGATIVE : POSITIVE;
  return NEUTRAL.map((part, i) => Math.round(part + share * (end[i] - part)));
}

/** Black or white, whichever has the higher contrast by WCAG's relative luminance. */
function inkOn(colour) {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

function hex(colour) {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

export const signed = (value) =>
  value
    .toFixed(2)
    .replace(/^-(?=0\.00$)/, '')
    .replace('-', '−');
