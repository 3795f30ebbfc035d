// Draws the distributions of the proxies and their correlations, and says which of them are redundant.
import { drawHeatMap } from '../../charts/heat-map.js';
import { drawHistogram } from '../../charts/histogram.js';
import type { SearchComparison } from '../../comparison/comparison.js';
import { formatCount } from '../../text/display-numbers.js';
import { type Html, html, trustMarkup } from '../html.js';
import { drawFigure, drawTable, type Section, section } from '../parts.js';
import { comparisonOf, type ReportData } from '../report-data.js';

/** The number of best candidates whose values are marked. */
const MARKED = 20;

/** Explains the one proxy that is a cost. */
const COMPLEXITY =
  ' Complexity counts the FLOPs of a candidate for images of the size at which it was scored.';

export function drawProxies(data: ReportData): Section | undefined {
  const { columns } = data;
  if (columns.score.length === 0) return undefined;
  const comparison = comparisonOf(data);
  return section('proxies', 'The proxies', [
    html`<p>How the values of each proxy are distributed over the candidates. The dashed line is the candidate of rank 1, the ticks below are the first ${Math.min(MARKED, columns.score.length)}: a proxy whose ticks spread over the whole axis did not decide the ranking.${columns.proxies.complexity ? COMPLEXITY : ''}</p>
`,
    html`<div class="grid">
${drawDistributions(data)}</div>
`,
    ...(comparison ? drawRedundancy(comparison) : []),
  ]);
}

function drawDistributions(data: ReportData): readonly Html[] {
  const { columns } = data;
  const isRanked = comparisonOf(data)?.redundancy.proxies.some((name) => name === 'parameters');
  const all = [
    ['score', columns.score] as const,
    ...Object.entries(columns.proxies),
    ...(isRanked ? [['parameters', columns.parameters] as const] : []),
  ];
  return all.map(([name, values], i) => {
    const drawn = drawHistogram({
      id: `distribution-${i}`,
      name,
      values,
      marked: [...values.subarray(0, MARKED)],
      firstMark: 'rank 1',
    });
    if (!drawn) return html`<figure><figcaption>${name}: no finite value.</figcaption></figure>\n`;
    const { svg, outside, notFinite } = drawn;
    const notes = [
      ...(outside > 0 ? [`outside the axis: ${formatCount(outside)}`] : []),
      ...(notFinite > 0 ? [`infinite or missing: ${formatCount(notFinite)}`] : []),
    ];
    const about = notes.length > 0 ? html`<figcaption>${notes.join('; ')}</figcaption>` : undefined;
    return html`<figure>${trustMarkup(svg)}${about}</figure>\n`;
  });
}

function drawRedundancy({ redundancy }: SearchComparison): readonly Html[] {
  const { proxies, correlations, clusters, leftOut } = redundancy;
  if (proxies.length < 2) return [];
  const same = clusters.map((names) => names.join(' and '));
  const sentence =
    same.length > 0
      ? `Nearly the same here: ${same.join('; ')}. Together they count several times.`
      : 'No two of them say nearly the same (a correlation of 0.9 or more).';
  return [
    html`<h3>Do they say the same?</h3>
<p>${sentence}</p>
`,
    drawFigure(
      drawHeatMap({
        id: 'correlations',
        title: 'Rank correlations between proxies',
        names: proxies,
        values: correlations,
      }),
      "Spearman's rank correlation of any two proxies over all candidates: 1 (blue) the same order, 0 none, −1 (red) the opposite order; a dash where a proxy is constant.",
    ),
    ...(leftOut.length > 0
      ? [
          html`<h3>What each one changes</h3>
`,
          drawTable({
            caption: 'The ranking without one proxy, beside the ranking with all',
            columns: [
              { name: 'without' },
              { name: "Kendall's tau with the ranking", kind: 'number' },
              { name: 'of the first ten stay', kind: 'number' },
            ],
            rows: leftOut.map(({ proxy, kendall, kept, of }) => [
              proxy,
              kendall === null ? '–' : kendall.toFixed(2),
              `${kept} of ${of}`,
            ]),
          }),
        ]
      : []),
  ];
}
