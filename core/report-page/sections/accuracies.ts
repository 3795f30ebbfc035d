// Compares the ranking with known accuracies: pictures, what was found, and how well each proxy does alone.
import { drawScatter } from '../../charts/scatter.js';
import type { DatasetQuality, Estimate } from '../../comparison/quality.js';
import { accuracyDigits } from '../../report/accuracy-digits.js';
import { formatCount } from '../../text/display-numbers.js';
import { type Html, html } from '../html.js';
import { drawFigure, drawTable, type Section, section } from '../parts.js';
import { comparisonOf, type ReportData } from '../report-data.js';
import { describeMarks } from './costs.js';
import { foundAccuracies } from './found-accuracies.js';

/** The shares of the worst accuracies and scores that lie below the axes. */
const WORST = 0.05;

export function drawAccuracies(data: ReportData): Section | undefined {
  const found = foundAccuracies(data);
  if (found.length === 0) return undefined;
  const qualities = comparisonOf(data)?.datasets ?? [];
  return section('accuracies', 'Score against known accuracy', [
    drawTable({
      caption: 'What the ranking puts first, among the candidates whose accuracy is known',
      columns: [
        { name: 'data set' },
        { name: 'known', kind: 'number' },
        { name: "Kendall's tau", kind: 'number' },
        { name: 'the first', kind: 'number' },
        { name: 'best of the first ten', kind: 'number' },
        { name: 'mean of the first ten', kind: 'number' },
        { name: 'best of all', kind: 'number' },
        { name: 'mean of all', kind: 'number' },
      ],
      rows: found.map(({ dataset, known, tau, first, bestOfTen, meanOfTen, best, mean, digits }) => [
        dataset,
        formatCount(known),
        tau === null ? '–' : tau.toFixed(3),
        ...[first, bestOfTen, meanOfTen, best, mean].map((value) => value.toFixed(digits)),
      ]),
    }),
    html`<p class="quiet small">Kendall's tau: of all pairs of candidates, the share in the right order minus the share in the wrong one.</p>
`,
    ...data.known.map((_, i) => drawDataset(data, i)),
    ...qualities.map(drawQuality),
  ]);
}

function drawDataset({ known, columns }: ReportData, index: number): Html {
  const { dataset, accuracies } = known[index]!;
  const indices = [...accuracies.keys()].filter((i) => Number.isFinite(accuracies[i]!));
  const take = (values: Float64Array) => Float64Array.from(indices, (i) => values[i]!);
  const below = indices.length < 100 ? 0 : WORST;
  const drawn = drawScatter({
    id: `accuracy-${index}`,
    title: `Known accuracy on ${dataset} against score`,
    x: { name: 'score', values: take(columns.score), ...rangeFrom(take(columns.score), below) },
    y: { name: `accuracy, ${dataset}`, values: take(accuracies), below },
    named: { index: 0, name: `rank ${(indices[0] ?? 0) + 1}` },
  });
  if (!drawn) return html``;
  return html`<h3>${dataset}</h3>
${drawFigure(drawn.svg, `${describeMarks(drawn)} A ranking without a mistake would rise from the lower left to the upper right.`)}`;
}

/** The axis of scores begins where the worst end, and ends at the highest finite score. */
function rangeFrom(scores: Float64Array, below: number) {
  const finite = scores.filter((value) => Number.isFinite(value)).sort();
  if (finite.length === 0) return {};
  const low = finite[Math.floor(below * (finite.length - 1))]!;
  const high = finite.at(-1)!;
  const margin = (high - low) * 0.03;
  return { range: { low: low - margin, high: high + margin } };
}

function drawQuality({ dataset, trueBest, rankers }: DatasetQuality): Html {
  const digits = accuracyDigits([trueBest, ...rankers.map(({ top }) => top[1]!.mean.value)]);
  return html`<h3>What each ranking would be worth on ${dataset}</h3>
${drawTable({
  caption: `Rankings by one number alone, beside this ranking; known accuracies on ${dataset}`,
  columns: [
    { name: 'ranked by' },
    { name: "Kendall's tau", kind: 'number' },
    { name: '95 % interval', kind: 'number' },
    { name: 'mean of the first ten', kind: 'number' },
    { name: 'best of all minus best of the first ten', kind: 'number' },
  ],
  rows: rankers.map(({ name, kendall, top }) => [
    name,
    formatEstimate(kendall, 3),
    kendall.interval ? kendall.interval.map((end) => end.toFixed(3).replace('-', '−')).join(' to ') : '–',
    formatEstimate(top[1]!.mean, digits),
    formatEstimate(top[1]!.regret, digits),
  ]),
})}`;
}

function formatEstimate({ value }: Estimate, digits: number): string {
  return value === null ? '–' : value.toFixed(digits).replace('-', '−');
}
