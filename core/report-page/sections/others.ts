// Compares the search with others: agreement, what entered and left the top, and rank against rank.
import { drawScatter } from '../../charts/scatter.js';
import type { RankChange } from '../../report/ranking-diff.js';
import { formatCount, formatPercent } from '../../text/display-numbers.js';
import { type Html, html } from '../html.js';
import { drawFigure, drawTable, type Section, section } from '../parts.js';
import type { OtherSearch, ReportData } from '../report-data.js';
import { describeMarks } from './costs.js';
import { shortenMiddle } from './ranking.js';

const LONGEST = 240;

export function drawOthers({ others, facts: { id } }: ReportData): Section | undefined {
  if (others.length === 0) return undefined;
  return section('others', 'Beside other searches', [
    drawTable({
      caption: `Agreement of ${id} with other searches, over the candidates that both ranked`,
      columns: [
        { name: 'search' },
        { name: 'differs in' },
        { name: 'in both', kind: 'number' },
        { name: "Kendall's tau", kind: 'number' },
        { name: "Spearman's rho", kind: 'number' },
        { name: 'shared of the first', kind: 'number' },
      ],
      rows: others.map(({ id: other, between }) => [
        other,
        between.differ.join(', ') || 'nothing',
        formatCount(between.candidates),
        between.kendall === null ? '–' : between.kendall.toFixed(3),
        between.spearman === null ? '–' : between.spearman.toFixed(3),
        // Searches with few common candidates have the same number twice.
        [...new Set(between.shared.map(({ k, share }) => `${k}: ${formatPercent(share)}`))].join(', ') || '–',
      ]),
    }),
    ...others.map((other, i) => drawOther(other, i)),
  ]);
}

function drawOther({ id, changes, ranks }: OtherSearch, index: number): Html {
  const { entered, left, top } = changes;
  const drawn = drawScatter({
    id: `ranks-${index}`,
    title: `Rank in ${id} against rank here`,
    x: { name: 'rank here', values: ranks.here },
    y: { name: `rank in ${shortenMiddle(id, 40)}`, values: ranks.there, order: 'least at the top' },
  });
  return html`<h3>${id}</h3>
${drawn ? drawFigure(drawn.svg, `${describeMarks(drawn)} The first ranks are at the upper left; two equal rankings would lie on the line from there to the lower right.`) : undefined}
${drawChanges(`In the first ${top} here, and not there`, entered.first)}
${drawChanges(`In the first ${top} there, and not here`, left.first)}`;
}

function drawChanges(caption: string, changes: readonly RankChange[]): Html {
  if (changes.length === 0) return html`<p>${caption}: none.</p>`;
  const rankOf = (rank: number | null) => (rank === null ? 'not ranked' : formatCount(rank));
  return drawTable({
    caption,
    columns: [
      { name: 'candidate', kind: 'candidate' },
      { name: 'rank there', kind: 'number' },
      { name: 'rank here', kind: 'number' },
    ],
    rows: changes.map(({ candidate, from, to }) => [
      shortenMiddle(candidate, LONGEST),
      rankOf(from),
      rankOf(to),
    ]),
  });
}
