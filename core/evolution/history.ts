// Keeps the best candidates of a growing history, by rank over the whole history, without ranking it anew each time.
import { admit, beginEpoch, chooseBest, type Epoch, type EpochContext, isOver, LONGEST } from './epoch.js';
import { createRankScore } from './rank-score.js';
import { createRankTable } from './rank-table.js';

export interface HistoryOptions {
  readonly columns: readonly { readonly proxy: string; readonly weight: number }[];
  readonly draws: number;
  readonly kind: 'log-rank' | 'linear-rank';
  /** How many candidates `best` answers. */
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
 * Answers the same candidates, bit for bit, as `aggregate` over the whole history followed by a sort.
 *
 * Time is divided into epochs of k insertions. An insertion raises the rank of a candidate by 1 at most, so that an epoch raises
 * it by k at most. Let the threshold be the score that the worst of today's best candidates has if its ranks do not rise. Only
 * candidates that reach the threshold when their ranks rise by k can be among the best before the epoch ends. They are the
 * contenders, and only they are compared until then (docs/guides/evolution.md). An insertion costs O(log n) amortized and one
 * comparison for each contender. Choosing the best costs O(contenders), whose number stays near `best` however large n is.
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
      // The length that suited the last epoch is a good guess; a longer one may suit by now.
      epoch ??= beginEpoch(context, { share: Math.max(LONGEST, share / 4) });
      share = epoch.share;
      chosen ??= chooseBest(epoch, context);
      return chosen;
    },
  };
}
