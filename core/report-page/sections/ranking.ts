// Writes the first rows of the ranking as a table, and the winners with their architectures drawn.
import { formatCount, formatNumber } from '../../text/display-numbers.js';
import { type Html, html, trustMarkup } from '../html.js';
import { type Column, drawTable, type Section, section } from '../parts.js';
import type { ReportData, ReportRow, Winner } from '../report-data.js';

/** More columns of proxies than this do not fit on a page. */
const MOST_PROXIES = 6;
/** Pictures that are higher, in pixels, get a page of their own when printed. */
const TALL = 600;
/** Longer texts of candidates are cut in the middle in tables. */
const LONGEST = 240;

export function drawRanking({ top, columns }: ReportData): Section | undefined {
  if (top.length === 0) return undefined;
  const all = Object.keys(columns.proxies).filter((name) => name !== 'complexity' && name !== 'flops');
  const proxies = all.slice(0, MOST_PROXIES);
  const hasFlops = top.some(({ flops }) => flops !== undefined);
  const hasLatency = top.some(({ latency }) => latency !== undefined);
  const heads: Column[] = [
    { name: 'rank', kind: 'number' },
    { name: 'candidate', kind: 'candidate' },
    { name: 'score', kind: 'number' },
    ...(hasFlops ? [{ name: 'FLOPs', kind: 'number' } as const] : []),
    { name: 'parameters', kind: 'number' },
    ...(hasLatency ? [{ name: 'latency, ms', kind: 'number' } as const] : []),
    ...proxies.map((name) => ({ name, kind: 'number' }) as const),
  ];
  const rows = top.map((row) => [
    row.rank,
    shortenMiddle(row.candidate, LONGEST),
    formatNumber(row.score),
    ...(hasFlops ? [formatNumber(row.flops ?? Number.NaN)] : []),
    formatNumber(row.parameters),
    ...(hasLatency ? [formatNumber(row.latency ?? Number.NaN)] : []),
    ...proxies.map((name) => formatNumber(row.proxies[name] ?? Number.NaN)),
  ]);
  const more = all.length > proxies.length ? ` Not shown: ${all.slice(MOST_PROXIES).join(', ')}.` : '';
  return section('ranking', 'The best candidates', [
    html`<p>Each proxy is a number that is measured on the untrained network; higher is better. The score adds up how well a candidate stands in each of them among all candidates.${more}</p>
`,
    drawTable({
      caption: `The first ${top.length} of ${formatCount(columns.score.length)} ranked candidates`,
      columns: heads,
      rows,
    }),
  ]);
}

export function drawWinners({ winners }: ReportData): Section | undefined {
  if (winners.length === 0) return undefined;
  return section('winners', 'The winners drawn', [
    html`<p>Data flow from top to bottom. Candidates that compute the same function are drawn once.</p>
`,
    html`<div class="grid">
${winners.map(drawWinner)}</div>
`,
  ]);
}

function drawWinner({ row, others, drawing }: Winner): Html {
  const { rank, candidate } = row;
  const same =
    others > 0
      ? html`<p class="quiet small">${formatCount(others)} other ranked ${others === 1 ? 'candidate computes' : 'candidates compute'} the same function.</p>\n`
      : undefined;
  const height = 'svg' in drawing ? Number(/ height="(\d+)/.exec(drawing.svg)?.[1]) : 0;
  return html`<article class="${height > TALL ? 'tall' : 'small-picture'}">
<h3>Rank ${rank}</h3>
<p class="small"><code>${candidate}</code></p>
<p class="small">${costsOf(row)}</p>
${same}${'svg' in drawing ? html`<figure>${trustMarkup(drawing.svg)}</figure>` : html`<p class="quiet">Not drawn: ${drawing.missing}</p>`}
</article>
`;
}

function costsOf({ score, flops, parameters, latency }: ReportRow): string {
  return [
    `score ${formatNumber(score)}`,
    ...(flops === undefined ? [] : [`${formatNumber(flops)} FLOPs`]),
    `${formatNumber(parameters)} parameters`,
    ...(latency === undefined ? [] : [`${formatNumber(latency)} ms`]),
  ].join(', ');
}

/** The beginning and the end of a long text, which tell candidates apart, with an ellipsis between. */
export function shortenMiddle(content: string, most: number): string {
  const characters = [...content];
  if (characters.length <= most) return content;
  const half = Math.floor((most - 1) / 2);
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}
