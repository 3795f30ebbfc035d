// In: raw proxies of scored candidates, one by one. Out: at any moment the best by rank over the whole history.

import { highest } from './highest.js';
import { createOrderStatistics } from './order-statistics.js';
import { createRankScore } from './rank-score.js';

export interface HistoryOptions {
  readonly columns: readonly { readonly proxy: string; readonly weight: number }[];
  readonly draws: number;
  readonly kind: 'log-rank' | 'linear-rank';
  /** How many entries `best` answers. */
  readonly best: number;
}

export interface History {
  readonly size: () => number;
  /** One entry: its proxies under each draw. */
  insert(draws: readonly Readonly<Record<string, number>>[]): void;
  /** Positions of the best entries, in order of insertion; of equal scores the earlier entry is better. */
  best(): Uint32Array;
}

/** An epoch is at first a quarter of the history long, and at least a thousandth. */
const LONGEST = 4;
const SHORTEST = 1024;

/**
 * The same sets, bit for bit, as `aggregate` over the whole history and a sort after every insertion, without either.
 *
 * An epoch of k insertions can raise a rank by k at most, so only those who would then reach today's threshold,
 * the contenders, need to be looked at until it ends; docs/guides/evolution.md. An insertion costs O(log n) amortized and a
 * comparison for each contender; a draw costs the contenders, who are held near `best` in number whatever n is.
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

  /** Moves the contenders' ranks on; the new entry becomes one where it can reach the threshold until the epoch ends. */
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
    // Whoever is the last of the best today: until the epoch ends there are always `wanted` entries at least as good.
    const now = score.quick({ sums, of: size });
    const last = highest({ scores: now, count: wanted }).reduce((worst, i) =>
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
      // Many equal scores at the threshold are contenders whatever the length.
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

  /** Those whom rounding leaves in doubt are compared by their exact scores. */
  function choose({ contenders, sums }: Epoch): Uint32Array {
    const quick = score.quick({ sums, of: size });
    if (contenders.length <= wanted) return Uint32Array.from(contenders);
    const rough = highest({ scores: quick, count: wanted });
    let lowest = Infinity;
    for (const j of rough) lowest = Math.min(lowest, quick[j]!);
    const [floor, ceiling] = [score.below(lowest), score.above(lowest)];
    const doubtful: number[] = [];
    let sure = 0;
    for (let j = 0; j < quick.length; j += 1)
      if (quick[j]! > ceiling) sure += 1;
      else if (quick[j]! >= floor) doubtful.push(j);
    const exact = doubtful.map((j) => score.exact({ sums: sums.map((sum) => sum[j]!), of: size }));
    const passed = highest({ scores: new Float64Array(exact), count: wanted - sure });
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
  /** Size of the history at which it ends, and quick score, were the history that large, below which nobody matters. */
  readonly end: number;
  readonly threshold: number;
  /** Positions in the history, ascending; with too many of them, more than `room`, a new epoch is cheaper. */
  readonly contenders: number[];
  readonly room: number;
  /** Of the contenders: by proxy the sum of the ranks over the draws, by proxy and draw the values. */
  readonly sums: readonly number[][];
  readonly held: readonly number[][];
}
