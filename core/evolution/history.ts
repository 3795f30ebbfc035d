// Keeps the best candidates of a growing history, by rank over the whole history, without ranking it anew each time.

import { createOrderStatistics } from './order-statistics.js';
import { createRankScore } from './rank-score.js';
import { selectHighest } from './select-highest.js';

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

/** Lengths of an epoch, as fractions of the history: 1 / LONGEST at first, and never below 1 / SHORTEST. */
const LONGEST = 4;
const SHORTEST = 1024;

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
  const keys = columns.flatMap(({ proxy }, p) =>
    Array.from({ length: draws }, (_, draw) => ({ proxy, draw, p })),
  );
  const score = createRankScore({ weights: columns.map(({ weight }) => weight), draws, kind });
  const values: number[][] = keys.map(() => []);
  const statistics = keys.map(createOrderStatistics);
  let size = 0;
  let share = LONGEST;
  let epoch: Epoch | undefined;
  let chosen: Uint32Array | undefined;

  return {
    size: () => size,
    insert: (entry) => {
      const row = keys.map(({ proxy, draw }) => {
        const value = entry[draw]![proxy]!;
        return Number.isNaN(value) ? -Infinity : value;
      });
      row.forEach((value, c) => {
        values[c]!.push(value);
        statistics[c]!.insert(value);
      });
      size += 1;
      chosen = undefined;
      if (epoch) admit(epoch, row);
      if (epoch && (size >= epoch.end || epoch.contenders.length > epoch.room)) epoch = undefined;
    },
    best: () => {
      if (size === 0) return new Uint32Array(0);
      epoch ??= begin();
      chosen ??= choose(epoch);
      return chosen;
    },
  };

  /** Updates the ranks of the contenders for a new candidate, which becomes one too if it can reach the threshold. */
  function admit({ contenders, sums, held, end, threshold }: Epoch, row: readonly number[]): void {
    const own = columns.map(() => 0);
    row.forEach((value, c) => {
      const { p } = keys[c]!;
      const [sum, known] = [sums[p]!, held[c]!];
      for (let j = 0; j < known.length; j += 1) {
        const other = known[j]!;
        if (other > value) sum[j] = sum[j]! + 1;
        else if (other === value) sum[j] = sum[j]! + 0.5;
      }
      own[p] = own[p]! + statistics[c]!.rank(value);
    });
    const raised = own.map((sum) => [sum + (end - size) * draws]);
    if (score.quick({ sums: raised, of: end })[0]! < threshold) return;
    contenders.push(size - 1);
    own.forEach((sum, p) => {
      sums[p]!.push(sum);
    });
    row.forEach((value, c) => {
      held[c]!.push(value);
    });
  }

  function begin(): Epoch {
    for (const column of statistics) column.compact();
    const sums = columns.map(() => new Float64Array(size));
    keys.forEach(({ p }, c) => {
      const { rank } = statistics[c]!;
      const [sum, column] = [sums[p]!, values[c]!];
      for (let i = 0; i < size; i += 1) sum[i] = sum[i]! + rank(column[i]!);
    });
    // The worst of today's best. Until the epoch ends there are always `wanted` candidates at least as good as it would be
    // if its ranks did not rise.
    const now = score.quick({ sums, of: size });
    const last = selectHighest({ scores: now, count: wanted }).reduce((worst, i) =>
      now[i]! < now[worst]! ? i : worst,
    );
    for (share = Math.max(LONGEST, share / 4); ; share *= 2) {
      const length = Math.max(1, Math.floor(size / share));
      const end = size + length;
      const lowest = score.quick({ sums: sums.map((sum) => [sum[last]!]), of: end })[0]!;
      const threshold = size <= wanted ? -Infinity : score.below(lowest);
      const reach = score.quick({ sums: sums.map((sum) => sum.map((s) => s + length * draws)), of: end });
      const contenders: number[] = [];
      for (let i = 0; i < size; i += 1) if (reach[i]! >= threshold) contenders.push(i);
      // Where many scores equal the threshold, a shorter epoch would not have fewer contenders.
      if (contenders.length > 1.5 * wanted && length > 1 && share < SHORTEST) continue;
      return {
        end,
        threshold,
        contenders,
        room: Math.max(2 * wanted, 1.5 * contenders.length),
        sums: sums.map((sum) => contenders.map((i) => sum[i]!)),
        held: values.map((column) => contenders.map((i) => column[i]!)),
      };
    }
  }

  /** Candidates whose quick scores are too close to tell apart are compared by their exact scores. */
  function choose({ contenders, sums }: Epoch): Uint32Array {
    const quick = score.quick({ sums, of: size });
    if (contenders.length <= wanted) return Uint32Array.from(contenders);
    const rough = selectHighest({ scores: quick, count: wanted });
    let lowest = Infinity;
    for (const j of rough) lowest = Math.min(lowest, quick[j]!);
    const [floor, ceiling] = [score.below(lowest), score.above(lowest)];
    const doubtful: number[] = [];
    let sure = 0;
    for (let j = 0; j < quick.length; j += 1)
      if (quick[j]! > ceiling) sure += 1;
      else if (quick[j]! >= floor) doubtful.push(j);
    const exact = doubtful.map((j) => score.exact({ sums: sums.map((sum) => sum[j]!), of: size }));
    const passed = selectHighest({ scores: new Float64Array(exact), count: wanted - sure });
    const out = new Uint32Array(wanted);
    for (let j = 0, at = 0, next = 0; at < wanted; j += 1) {
      const isNext = next < passed.length && doubtful[passed[next]!] === j;
      if (isNext) next += 1;
      if (isNext || quick[j]! > ceiling) out[at++] = contenders[j]!;
    }
    return out;
  }
}

interface Epoch {
  /** Size of the history at which the epoch ends. */
  readonly end: number;
  /** Quick score, in a history of size `end`, that a candidate must be able to reach to be a contender. */
  readonly threshold: number;
  /** Positions in the history, ascending. With more than `room` of them a new epoch is cheaper. */
  readonly contenders: number[];
  readonly room: number;
  /** For each proxy the contenders' sums of ranks over the draws. */
  readonly sums: readonly number[][];
  /** For each proxy and draw the contenders' values. */
  readonly held: readonly number[][];
}
