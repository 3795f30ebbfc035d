// Formats results as tables and lines for people.

import type { Latencies } from '../../client/results/latencies.js';
import { countFlops } from '../../client/results/pareto.js';
import { readModulePermission } from '../../client/specification/module-permission.js';
import { countRejected, describeDrawCounts } from '../../core/contract/draw-counts.js';
import type { ParetoRow } from '../../core/report/pareto.js';
import { extraProxies, proxiesIn, type RankingRow } from '../../core/report/ranking-csv.js';
import type { Summary } from '../../core/report/summary.js';
import { describeRanking } from '../../core/specification/describe-ranking.js';
import type { Specification } from '../../core/specification/specification.js';
import { formatBusyCount, formatLatencyCells, formatMachine } from './latencies.js';
import { createTable, type TableOptions } from './table.js';
import { note, paint } from './terminal.js';
import { formatVerification } from './verification.js';

const LATENCY_HEAD = ['ms', 'quartiles'];
/** The proxies of AZ-NAS that are not a cost. */
const USUAL = ['expressivity', 'progressivity', 'trainability'];

interface RankingTableOptions extends TableOptions {
  /** The FLOPs that people see; those that were scored by default. */
  readonly flopsOf?: (candidate: string) => number;
  /** Of the proxies, in the order of their columns. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
}

/**
 * The first rows of a ranking: FLOPs and parameters in millions; latencies in milliseconds with quartiles, if there
 * are any. The proxies `complexity` and `flops` have no columns of their own.
 */
export function formatRankingTable(
  rows: readonly RankingRow[],
  latencies: Latencies = new Map(),
  { flopsOf, weights, ...screen }: RankingTableOptions = {},
): string {
  const measured = latencies.size > 0;
  const costs = ['MFLOPs', 'Mparams', ...(measured ? LATENCY_HEAD : [])];
  const names = shownProxies(rows, weights);
  const headings = ['rank', 'candidate', 'score', ...names, ...costs];
  const droppable = droppableColumns({ names, measured, weights });
  const table = createTable(headings, { ...screen, droppable });
  for (const { rank, candidate, score, proxies, parameters } of rows)
    table.push([
      String(rank),
      candidate,
      formatFixed(score, 4),
      ...names.map((name) => formatValue(name, proxies[name])),
      millions(flopsOf?.(candidate) ?? proxies.complexity ?? proxies.flops),
      (parameters / 1e6).toFixed(3),
      ...(measured ? formatLatencyCells(latencies.get(candidate)) : []),
    ]);
  return table.toString();
}

/** The proxies that have columns: those of the ranking in its order, then others that were computed. */
function shownProxies(rows: readonly RankingRow[], weights: RankingTableOptions['weights'] = {}) {
  const computed = proxiesIn(rows);
  const usual = rows.length === 0 ? USUAL : USUAL.filter((name) => computed.includes(name));
  const known = [...usual, ...extraProxies(computed)].filter((name) => name !== 'flops');
  const named = Object.keys(weights).filter((name) => known.includes(name));
  return [...new Set([...named, ...known])];
}

/**
 * The columns that a narrow screen has no room for, in the order in which they are left out: the quartiles of
 * latencies, and then the proxies and parameters, those of the least weight first. A ranking without weights keeps the
 * proxies of AZ-NAS.
 */
function droppableColumns({
  names,
  measured,
  weights,
}: {
  readonly names: readonly string[];
  readonly measured: boolean;
  readonly weights: RankingTableOptions['weights'];
}): readonly string[] {
  const columns = weights ? [...names, 'Mparams'] : names.filter((name) => !USUAL.includes(name));
  const weightOf = (heading: string) => weights?.[heading === 'Mparams' ? 'parameters' : heading] ?? 0;
  const lightestFirst = columns.toReversed().sort((a, b) => weightOf(a) - weightOf(b));
  return [...(measured ? ['quartiles'] : []), ...(measured && !weights ? ['Mparams'] : []), ...lightestFirst];
}

/** Counts, such as depth, have no decimals. */
function formatValue(name: string, value: number | undefined): string {
  if (Number.isInteger(value) && !USUAL.includes(name)) return String(value);
  return formatFixed(value, name === 'expressivity' ? 3 : 4);
}

/** FLOPs and parameters in millions; latencies if there are any. */
export function formatParetoTable(front: readonly ParetoRow[], latencies: Latencies): string {
  const measured = latencies.size > 0;
  const headings = ['rank', 'candidate', 'score', 'MFLOPs', 'Mparams', ...(measured ? LATENCY_HEAD : [])];
  const table = createTable(headings, { droppable: ['quartiles'] });
  for (const { rank, candidate, score, flops, parameters } of front)
    table.push([
      String(rank),
      candidate,
      formatFixed(score, 4),
      (flops / 1e6).toFixed(2),
      (parameters / 1e6).toFixed(3),
      ...(measured ? formatLatencyCells(latencies.get(candidate)) : []),
    ]);
  return table.toString();
}

function millions(value: number | undefined): string {
  return value === undefined ? '' : (value / 1e6).toFixed(2);
}

/**
 * For a specification: the FLOPs of a candidate that people see, and a line that says for which images they
 * are counted.
 */
export function createFlopsCounter(specification: Pick<Specification, 'space' | 'constraints'>) {
  const { flopsOf, image } = countFlops({ specification, modules: readModulePermission() });
  return { flopsOf, line: `FLOPs of images of ${image.join(' x ')}` };
}

/**
 * Reports on stderr what failed after the ranking of a finished search: the comparison with the previous run,
 * or the notification.
 */
export function noteFailedNotification({
  notCompared,
  notNotified,
}: {
  readonly notCompared?: string;
  readonly notNotified?: string;
}): void {
  if (notCompared) note(paint.yellow(`not compared with the previous run: ${notCompared}`));
  if (notNotified) note(paint.yellow(`the notification failed: ${notNotified}`));
}

/** The number of shown rows, and of all rows of a table. */
export function formatShownCount({
  shown,
  total,
}: {
  readonly shown: number;
  readonly total: number;
}): string {
  return shown < total
    ? `the first ${shown} of ${total} ranked candidates; --top N and --format csv show more`
    : `all ${total} ranked candidates`;
}

/** A line that says by what candidates are ranked. */
export function formatRankedBy(specification: Specification): string {
  return `ranked by ${describeRanking(specification)}`;
}

/** A few lines on what the search did. */
export function formatSummary({
  id,
  latency,
  candidates,
  scored,
  reused,
  failed,
  seconds,
  millisecondsPerCandidate,
  drawn,
  generations,
  ended,
  correlation,
  verification,
  warnings = [],
}: Summary): string {
  const lines = [
    `${candidates} candidates: ${scored} scored, ${reused} reused, ${failed} set aside`,
    `${seconds.toFixed(1)} s${scored ? `, ${millisecondsPerCandidate.toFixed(1)} ms a candidate` : ''}`,
  ];
  if (drawn) {
    const bred = generations === undefined ? '' : `${generations} generations; `;
    const share = drawn.proposed ? (100 * countRejected(drawn)) / drawn.proposed : 0;
    const why = describeDrawCounts(drawn);
    lines.push(`${bred}${drawn.proposed} drawn, ${share.toFixed(1)} % rejected${why ? `: ${why}` : ''}`);
  }
  for (const machine of new Set(Object.values(drawn?.latencies ?? {}))) lines.push(formatMachine(machine));
  if (latency?.busy) lines.push(formatBusyCount({ busy: latency.busy, of: latency.measured, id }));
  if (verification) lines.push(...formatVerification(verification));
  if (ended !== undefined) lines.push(`ended early: ${ended}`);
  for (const [dataset, { kendall, spearman }] of Object.entries(correlation ?? {}))
    lines.push(
      kendall === null && spearman === null
        ? `${dataset}: no agreement to report; it takes two ranked candidates with different scores and different known values`
        : `${dataset}: Kendall's tau ${formatFixed(kendall, 3)}, Spearman's rho ${formatFixed(spearman, 3)}`,
    );
  for (const warning of warnings) lines.push(paint.yellow(`warning: ${warning}`));
  return lines.join('\n');
}

/** `-` for an absent value and for NaN. */
export function formatFixed(value: number | null | undefined, digits: number): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '-';
  return Number.isFinite(value) ? value.toFixed(digits) : value > 0 ? 'inf' : '-inf';
}
