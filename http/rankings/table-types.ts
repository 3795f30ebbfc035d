// Defines the queries on a ranking of any size, and their answers.
import type { ColumnKind } from './filter.js';

export type Cell = number | string | null;
export interface Sort {
  readonly column: string;
  readonly direction: 'asc' | 'desc';
}

/** The part that all queries share: which rows they are about. */
export interface Selection {
  readonly filter?: string | undefined;
}

export interface Page {
  readonly total: number;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

export interface Bin {
  /** The bin from `low` (included) to `high` (excluded, except in the last bin). */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface HistogramRequest extends Selection {
  readonly column: string;
  readonly bins: number;
  /** The share of the rows that is left out at either end; 0 by default. */
  readonly trim?: number | undefined;
}

export interface Histogram {
  readonly column: string;
  readonly bins: readonly Bin[];
  /** The number of rows whose value is infinite, absent or left out. */
  readonly outside: number;
}

/** The non-empty cells of a grid for a scatter plot; `best` is the row with the least rank in the cell. */
export interface Grid {
  readonly x: Axis;
  readonly y: Axis;
  readonly cells: readonly {
    readonly x: number;
    readonly y: number;
    readonly count: number;
    readonly best: number;
  }[];
  readonly outside: number;
}

export interface Axis {
  readonly column: string;
  readonly low: number;
  readonly high: number;
  readonly steps: number;
}

export interface Statistics {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly quantiles: { readonly [share: string]: number | null };
}

/** A Pareto front, as points. */
export type Front = readonly {
  readonly rank: number;
  readonly candidate: string;
  readonly x: number;
  readonly y: number;
}[];

/** Spearman's rho between columns; null where it is undefined. */
export interface Correlations {
  readonly columns: readonly string[];
  /** The number of rows from which the correlations were computed. */
  readonly rows: number;
  readonly values: readonly (readonly (number | null)[])[];
}

export interface Place {
  readonly rank: number;
  readonly candidate: string;
}

export interface RankingTable {
  /** The names of the columns in the order of the file, with their types. */
  readonly columns: ReadonlyMap<string, ColumnKind>;
  readonly total: number;
  /** Rows `offset` to `offset + limit` of those that the filter admits, ties by rank. */
  page(
    request: Selection & { readonly sort?: Sort; readonly offset?: number; readonly limit?: number },
  ): Promise<Page>;
  /** The row of a candidate; undefined if the ranking has none. */
  row(candidate: string): Promise<Readonly<Record<string, Cell>> | undefined>;
  /** The number of rows before a row in an order; undefined if the filter excludes the row. */
  position(
    request: Selection & { readonly sort?: Sort; readonly candidate: string },
  ): Promise<number | undefined>;
  /**
   * For each numeric column, the share of the others of the cohort whose value is less than the row's, plus half of
   * the share with an equal value; 0.5 if there are no others.
   */
  percentiles(row: Readonly<Record<string, Cell>>): Promise<Readonly<Record<string, number>>>;
  /** The candidates of the row's class, best first. */
  members(
    row: Readonly<Record<string, Cell>>,
  ): Promise<{ readonly total: number; readonly first: readonly Place[] }>;
  /** The ranks of those of the given candidates that were ranked, best first. */
  ranksOf(candidates: readonly string[]): Promise<readonly Place[]>;
  histogram(request: HistogramRequest): Promise<Histogram>;
  grid(
    request: Selection & {
      readonly x: string;
      readonly y: string;
      readonly columns: number;
      readonly rows: number;
    },
  ): Promise<Grid>;
  /** Statistics of every numeric column over its finite values. */
  statistics(request: Selection): Promise<Readonly<Record<string, Statistics>>>;
  /** The Pareto front of large `y` against small `x`, in ascending order of `x`. */
  front(request: Selection & { readonly x: string; readonly y: string }): Promise<Front>;
  /** The correlations of every pair of numeric columns, over a sample of the rows of a large ranking. */
  correlations(selection: Selection): Promise<Correlations>;
  /** A random sample of rows, the same for every call. */
  sample(request: Selection & { readonly size: number }): Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** Waits for running queries, and closes the table. */
  close(): Promise<void>;
}
