// In: the rows of a ranking with their costs. Out: the Pareto front of score against one cost, and its CSV.

import { formatNumber } from '../text/numbers.js';
import { textCell } from './text-cell.js';

export interface ParetoRow {
  /** In the whole ranking. */
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly flops: number;
  readonly parameters: number;
  /** Milliseconds, where it was measured. */
  readonly latency?: number;
}

export const PARETO_COSTS = ['flops', 'parameters', 'latency'] as const;
export type ParetoCost = (typeof PARETO_COSTS)[number];

/**
 * Those than whom nobody is both as cheap and as good, and better in one of the two; cheapest first, so that scores
 * rise. Of equal ones the first of the ranking. `rows` in ranked order; those whose cost is not known are left out.
 */
export function paretoFront<Row extends ParetoRow>({
  rows,
  cost,
}: {
  readonly rows: readonly Row[];
  readonly cost: ParetoCost;
}): readonly Row[] {
  const cheapestFirst = rows
    .filter((row) => row[cost] !== undefined)
    .sort((a, b) => a[cost]! - b[cost]! || a.rank - b.rank);
  let best = Number.NEGATIVE_INFINITY;
  return cheapestFirst.filter(({ score }, i) => {
    const better = score > best || i === 0;
    if (better) best = score;
    return better;
  });
}

/** The `top` best of a front by rank, still cheapest first; all of it without a number. */
export function bestOfFront<Row extends ParetoRow>(front: readonly Row[], top = Infinity): readonly Row[] {
  const ranks = front.map(({ rank }) => rank).sort((a, b) => a - b);
  const last = ranks[Math.min(top, ranks.length) - 1] ?? Infinity;
  return front.filter(({ rank }) => rank <= last);
}

/** With a column of latencies where any is known. */
export function paretoCsv(front: readonly ParetoRow[]): string {
  const measured = front.some(({ latency }) => latency !== undefined);
  const lines = front.map(({ rank, candidate, score, flops, parameters, latency }) => {
    const cells = [rank, textCell(candidate), ...[score, flops, parameters].map(formatNumber)];
    return [...cells, ...(measured ? [latency === undefined ? '' : formatNumber(latency)] : [])].join(',');
  });
  return `${[`rank,candidate,score,flops,parameters${measured ? ',latency' : ''}`, ...lines].join('\n')}\n`;
}
