// Computes the Pareto front of score against one cost, and writes it as CSV.

import { formatNumber } from '../text/numbers.js';
import { textCell } from '../text/text-cell.js';

export interface ParetoRow {
  /** The rank in the whole ranking. */
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly flops: number;
  readonly parameters: number;
  /** The latency in milliseconds, if it was measured. */
  readonly latency?: number;
}

export const PARETO_COSTS = ['flops', 'parameters', 'latency'] as const;
export type ParetoCost = (typeof PARETO_COSTS)[number];

/**
 * The Pareto-optimal rows: no other row is at least as good in both cost and score and better in one of them.
 * The cheapest row comes first, so scores ascend. Of rows with equal cost and score, the one with the best
 * rank is chosen. `rows` must be in ranked order; rows of unknown cost are left out.
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

/** The `top` best rows of a front by rank, in ascending order of cost; all rows without `top`. */
export function bestOfFront<Row extends ParetoRow>(front: readonly Row[], top = Infinity): readonly Row[] {
  const ranks = front.map(({ rank }) => rank).sort((a, b) => a - b);
  const last = ranks[Math.min(top, ranks.length) - 1] ?? Infinity;
  return front.filter(({ rank }) => rank <= last);
}

/** CSV, with a column of latencies if any is known. */
export function paretoCsv(front: readonly ParetoRow[]): string {
  const measured = front.some(({ latency }) => latency !== undefined);
  const lines = front.map(({ rank, candidate, score, flops, parameters, latency }) => {
    const cells = [rank, textCell(candidate), ...[score, flops, parameters].map(formatNumber)];
    return [...cells, ...(measured ? [latency === undefined ? '' : formatNumber(latency)] : [])].join(',');
  });
  return `${[`rank,candidate,score,flops,parameters${measured ? ',latency' : ''}`, ...lines].join('\n')}\n`;
}
