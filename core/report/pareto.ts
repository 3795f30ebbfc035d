// In: the rows of a ranking with their costs. Out: the Pareto front of score against one cost, and its CSV.

import { formatNumber } from './numbers.js';
import { textCell } from './text-cell.js';

export interface ParetoRow {
  /** In the whole ranking. */
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly flops: number;
  readonly parameters: number;
}

export type ParetoCost = 'flops' | 'parameters';

/**
 * Those than whom nobody is both as cheap and as good, and better in one of the two; cheapest first, so that scores
 * rise. Of equal ones the first of the ranking. `rows` in ranked order.
 */
export function paretoFront<Row extends ParetoRow>({
  rows,
  cost,
}: {
  readonly rows: readonly Row[];
  readonly cost: ParetoCost;
}): readonly Row[] {
  const cheapestFirst = [...rows].sort((a, b) => a[cost] - b[cost] || a.rank - b.rank);
  let best = Number.NEGATIVE_INFINITY;
  return cheapestFirst.filter(({ score }, i) => {
    const better = score > best || i === 0;
    if (better) best = score;
    return better;
  });
}

export function paretoCsv(front: readonly ParetoRow[]): string {
  const lines = front.map(({ rank, candidate, score, flops, parameters }) =>
    [rank, textCell(candidate), formatNumber(score), formatNumber(flops), formatNumber(parameters)].join(','),
  );
  return `${['rank,candidate,score,flops,parameters', ...lines].join('\n')}\n`;
}
