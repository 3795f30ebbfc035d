// Keeps the proxies of every candidate of a history so that the ranks of any of them can be computed without
// sorting.
import { createOrderStatistics, type OrderStatistics } from './order-statistics.js';

/** The values of one proxy under one draw. NaN counts as -Infinity. */
export interface RankColumn {
  /** The index of the proxy; a proxy has one column for each draw. */
  readonly proxy: number;
  readonly values: readonly number[];
}

export interface RankTable {
  readonly columns: readonly RankColumn[];
  readonly proxies: number;
  readonly draws: number;
  readonly size: () => number;
  /** Adds a candidate, given its proxies under each draw, and returns its value in each column. */
  add(entry: readonly Readonly<Record<string, number>>[]): readonly number[];
  /** For each proxy, the sum over the draws of the ranks of one candidate, given its value in each column. */
  sums(row: readonly number[]): number[];
  /** For each proxy, the sums of ranks of all candidates. */
  allSums(): readonly Float64Array[];
}

export function createRankTable({
  proxies,
  draws,
}: {
  readonly proxies: readonly string[];
  readonly draws: number;
}): RankTable {
  const columns = proxies.flatMap((name, proxy) =>
    Array.from({ length: draws }, (_, draw) => {
      const values: number[] = [];
      const statistics: OrderStatistics = createOrderStatistics();
      return { name, proxy, draw, values, statistics };
    }),
  );
  let size = 0;
  return {
    columns,
    proxies: proxies.length,
    draws,
    size: () => size,
    add: (entry) => {
      size += 1;
      return columns.map(({ name, draw, values, statistics }) => {
        const written = entry[draw]![name]!;
        const value = Number.isNaN(written) ? -Infinity : written;
        values.push(value);
        statistics.insert(value);
        return value;
      });
    },
    sums: (row) => {
      const sums = proxies.map(() => 0);
      columns.forEach(({ proxy, statistics }, c) => {
        sums[proxy] = sums[proxy]! + statistics.rank(row[c]!);
      });
      return sums;
    },
    allSums: () => {
      const sums = proxies.map(() => new Float64Array(size));
      for (const { proxy, values, statistics } of columns) {
        statistics.compact();
        const sum = sums[proxy]!;
        for (let i = 0; i < size; i += 1) sum[i] = sum[i]! + statistics.rank(values[i]!);
      }
      return sums;
    },
  };
}
