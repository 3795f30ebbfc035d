// Writes the summary of a report: key figures, the result in plain words, and what to do with it.
import { formatCount, formatDuration, formatNumber } from '../../text/display-numbers.js';
import { type Html, html } from '../html.js';
import { type Section, section } from '../parts.js';
import type { ReportData, ReportRow } from '../report-data.js';
import { foundAccuracies } from './found-accuracies.js';

/** Only candidates within this share of the ranking are named as cheaper choices. */
const NEAR_THE_TOP = 0.1;

export function drawSummary(data: ReportData): Section | undefined {
  const { summary } = data;
  const { warnings = [] } = summary;
  return section('summary', 'Summary', [
    drawKeyFigures(data),
    ...sentences(data).map((sentence) => html`<p>${sentence}</p>\n`),
    ...warnings.map((warning) => html`<p class="note">${warning}</p>\n`),
  ]);
}

function drawKeyFigures({ summary, top, columns, facts: { workers } }: ReportData): Html {
  const best = top[0];
  const figures: (readonly [string, string])[] = [
    ['candidates ranked', formatCount(columns.score.length)],
    ['time', formatDuration(summary.seconds)],
    ...(workers ? ([['workers', formatCount(workers)]] as const) : []),
    ...(best?.flops === undefined ? [] : ([['FLOPs of the best', formatNumber(best.flops)]] as const)),
    ...(best ? ([['parameters of the best', formatNumber(best.parameters)]] as const) : []),
    ...(best?.latency === undefined
      ? []
      : ([['latency of the best', `${formatNumber(best.latency)} ms`]] as const)),
  ];
  return html`<dl class="key">
${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`;
}

/** The result in plain words, a paragraph for each thought. */
function sentences(data: ReportData): readonly Html[] {
  const { top } = data;
  const best = top[0];
  return [
    begin(data),
    ...(best ? [describeBest(best)] : []),
    ...cheaperOne(top.filter(({ rank }) => rank <= data.columns.score.length * NEAR_THE_TOP)),
    ...foundAccuracies(data).map(({ sentence }) => html`${sentence}`),
    html`A score orders the candidates of this search and says nothing about accuracy in percent. It is no substitute for training the best few.`,
  ];
}

function begin({ summary, columns, facts: { space, spaceSize } }: ReportData): Html {
  const { candidates, failed } = summary;
  const of =
    spaceSize === undefined || spaceSize === BigInt(candidates)
      ? ''
      : ` of the ${formatSize(spaceSize)} in the space`;
  const set = failed > 0 ? ` ${formatCount(failed)} could not be scored and are left out.` : '';
  if (columns.score.length === 0)
    return html`The search looked at ${formatCount(candidates)} candidate networks (${space})${of}. None of them could be scored; the reasons are below.`;
  const rounds = summary.rounds?.length ?? 1;
  const narrowed = rounds > 1 ? ` in ${rounds} rounds, each with fewer candidates and more care` : '';
  return html`The search compared ${formatCount(candidates)} candidate networks (${space})${of} without training any of them${narrowed}.${set}`;
}

function formatSize(size: bigint): string {
  return size < 10_000_000n
    ? formatCount(Number(size))
    : `about ${Number(size).toExponential(1)}`.replace('e+', ' × 10^');
}

function describeBest({ candidate, flops, parameters, latency }: ReportRow): Html {
  const costs = [
    ...(flops === undefined
      ? []
      : [`${formatNumber(flops)} FLOPs (multiply-accumulate operations) for one image`]),
    `${formatNumber(parameters)} parameters`,
    ...(latency === undefined ? [] : [`${formatNumber(latency)} ms for one image, measured`]),
  ];
  return html`The best candidate is <code>${candidate}</code>: ${costs.join(', ')}.`;
}

/** The cheapest of the first rows by FLOPs, where it saves at least a tenth. */
function cheaperOne(top: readonly ReportRow[]): readonly Html[] {
  const [best] = top;
  const cheapest = top.reduce<ReportRow | undefined>(
    (low, row) => (row.flops !== undefined && row.flops < (low?.flops ?? Infinity) ? row : low),
    undefined,
  );
  if (best?.flops === undefined || cheapest?.flops === undefined) return [];
  const saved = 1 - cheapest.flops / best.flops;
  if (saved < 0.1) return [];
  return [
    html`If cost matters, look at rank ${cheapest.rank} too: of the first ${top.length} it needs the fewest operations, ${formatNumber(cheapest.flops)}, which is ${Math.round(saved * 100)} % less than the best.`,
  ];
}
