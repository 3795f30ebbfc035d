// Keeps the best candidates of a growing history, by rank over the whole history, without ranking it again
// after every insertion.
import { admit, beginEpoch, chooseBest, type Epoch, type EpochContext, isOver, LONGEST } from './epoch.js';
import { createRankScore } from './rank-score.js';
import { createRankTable } from './rank-table.js';

export interface HistoryOptions {
  readonly columns: readonly { readonly proxy: string; readonly weight: number }[];
  readonly draws: number;
  readonly kind: 'log-rank' | 'linear-rank';
  /** The number of candidates that `best` returns. */
  readonly best: number;
}

export interface History {
  readonly size: () => number;
  /** Adds a candidate: its proxies under each draw. */
  insert(draws: readonly Readonly<Record<string, number>>[]): void;
  /** Positions of the best candidates, in order of insertion. Of equal scores the earlier candidate is better. */
  best(): Uint32Array;
}

/**
 * Returns the same candidates, bit for bit, as `aggregate` over the whole history followed by a sort.
 *
 * Insertions are grouped into epochs of k. One insertion raises the rank of a candidate by at most 1, so an
 * epoch raises it by at most k. Let the threshold be the score that the worst of the present best candidates
 * has if its ranks do not rise. A candidate can be among the best before the epoch ends only if it reaches
 * the threshold when its ranks rise by k. These candidates are the contenders, and only they are compared
 * (docs/decisions/0039-ranking-a-growing-history.md). An insertion costs O(log n) amortized and one comparison for each contender.
 * Choosing the best costs O(contenders); their number stays near `best` however large n is.
 */
export function createHistory({ columns, draws, kind, best: wanted }: HistoryOptions): History {
  const table = createRankTable({ proxies: columns.map(({ proxy }) => proxy), draws });
  const score = createRankScore({ weights: columns.map(({ weight }) => weight), draws, kind });
  const context: EpochContext = { table, score, wanted };
  let epoch: Epoch | undefined;
  let share = LONGEST;
  let chosen: Uint32Array | undefined;

  return {
    size: table.size,
    insert: (entry) => {
      const row = table.add(entry);
      chosen = undefined;
      if (!epoch) return;
      admit(epoch, context, row);
      if (isOver(epoch, context)) epoch = undefined;
    },
    best: () => {
      if (table.size() === 0) return new Uint32Array(0);
      // A longer epoch than the last one may have few contenders by now, so the search begins at four times
      // its length.
      epoch ??= beginEpoch(context, { share: Math.max(LONGEST, share / 4) });
      share = epoch.share;
      chosen ??= chooseBest(epoch, context);
      return chosen;
    },
  };
}
