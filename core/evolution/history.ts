// In: raw proxies of scored candidates, one by one. Out: at any moment the best by rank over the whole history.
import { rankTerm } from '../ranking/aggregate.js';
import { highest } from './highest.js';
import { createOrderStatistics } from './order-statistics.js';

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

/** Scores of two formulas that are equal on paper differ by rounding; far below any step of a rank. */
const MARGIN = 1e-9;

/**
 * The same sets, bit for bit, as `aggregate` over the whole history and a sort after every insertion, without either.
 *
 * An epoch of k insertions can raise a rank by k at most, so only those who would then reach today's threshold,
 * the contenders, need to be looked at until it ends. Epochs grow with the history. An insertion costs O(log n)
 * amortized and one comparison a contender and column; a draw costs the contenders, who are held near `best` in number;
 * an epoch's beginning costs O(n log n), which its length spreads. decisions/ tells why.
 */
export function createHistory({ columns, draws, kind, best: wanted }: HistoryOptions): History {
  const keys = columns.flatMap(({ proxy }) => Array.from({ length: draws }, (_, draw) => ({ proxy, draw })));
  const values: number[][] = keys.map(() => []);
  const statistics = keys.map(createOrderStatistics);
  let size = 0;
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
  function admit({ contenders, ranks, held, end, threshold }: Epoch, row: readonly number[]): void {
    row.forEach((value, c) => {
      const [column, known] = [ranks[c]!, held[c]!];
      for (let j = 0; j < column.length; j += 1) {
        const other = known[j]!;
        if (other > value) column[j] = column[j]! + 1;
        else if (other === value) column[j] = column[j]! + 0.5;
      }
    });
    const own = row.map((value, c) => statistics[c]!.rank(value));
    const left = end - size;
    if (scoreOf({ rank: (c) => own[c]! + left, of: end }) < threshold - MARGIN) return;
    contenders.push(size - 1);
    own.forEach((rank, c) => {
      ranks[c]!.push(rank);
      held[c]!.push(row[c]!);
    });
  }

  /** With the arithmetic of `aggregate`, operation for operation. */
  function scoreOf({ rank, of }: { rank: (column: number) => number; of: number }): number {
    let score = 0;
    for (let p = 0; p < columns.length; p += 1) {
      let sum = 0;
      for (let c = p * draws; c < (p + 1) * draws; c += 1) sum += rank(c);
      score += rankTerm({ kind, weight: columns[p]!.weight, share: sum / draws / of });
    }
    return score;
  }

  function begin(): Epoch {
    for (const column of statistics) column.compact();
    const ranks = values.map((column, c) => Float64Array.from(column, (value) => statistics[c]!.rank(value)));
    const now = Float64Array.from({ length: size }, (_, i) =>
      scoreOf({ rank: (c) => ranks[c]![i]!, of: size }),
    );
    // Whoever is the last of the best today: until the epoch ends there are always `wanted` entries at least as good.
    const last = highest({ scores: now, count: wanted }).reduce((worst, i) =>
      now[i]! < now[worst]! ? i : worst,
    );
    const room = 2 * wanted;
    for (let share = 4; ; share *= 2) {
      const length = Math.max(1, Math.floor(size / share));
      const end = size + length;
      const threshold = size <= wanted ? -Infinity : scoreOf({ rank: (c) => ranks[c]![last]!, of: end });
      const contenders: number[] = [];
      for (let i = 0; i < size; i += 1)
        if (scoreOf({ rank: (c) => ranks[c]![i]! + length, of: end }) >= threshold - MARGIN)
          contenders.push(i);
      // Many equal scores at the threshold are contenders whatever the length.
      if (contenders.length > room && length > 1 && share < 1024) continue;
      return {
        end,
        threshold,
        contenders,
        room: 2 * Math.max(room, contenders.length),
        ranks: ranks.map((column) => contenders.map((i) => column[i]!)),
        held: values.map((column) => contenders.map((i) => column[i]!)),
      };
    }
  }

  /** `scoreOf` for all contenders, column by column: this runs once for each draw. */
  function choose({ contenders, ranks }: Epoch): Uint32Array {
    const scores = new Float64Array(contenders.length);
    for (let p = 0; p < columns.length; p += 1) {
      const { weight } = columns[p]!;
      const sums = Float64Array.from(ranks[p * draws]!);
      for (let c = p * draws + 1; c < (p + 1) * draws; c += 1) {
        const column = ranks[c]!;
        for (let j = 0; j < sums.length; j += 1) sums[j] = sums[j]! + column[j]!;
      }
      for (let j = 0; j < sums.length; j += 1)
        scores[j] = scores[j]! + rankTerm({ kind, weight, share: sums[j]! / draws / size });
    }
    return highest({ scores, count: wanted }).map((j) => contenders[j]!);
  }
}

interface Epoch {
  /** Size of the history at which it ends, and score, were the history that large, below which nobody matters. */
  readonly end: number;
  readonly threshold: number;
  /** Positions in the history, ascending; with too many of them, more than `room`, a new epoch is cheaper. */
  readonly contenders: number[];
  readonly room: number;
  /** By column: the contenders' ranks and values. */
  readonly ranks: readonly number[][];
  readonly held: readonly number[][];
}
