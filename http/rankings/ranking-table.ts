// Answers questions about one ranking of any size: sorted and filtered pages, histograms, and bins of scatter plots, by DuckDB.
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createDistributions } from './distributions.js';
import { type ColumnKind, quoteName } from './filter.js';
import { createQuestions } from './questions.js';
import { createRows } from './rows.js';

/** Memory that DuckDB may use for one ranking; what is more goes to its file. */
const MEMORY = '192MB';
const THREADS = '2';
const TEXTS: ReadonlySet<string> = new Set(['candidate', 'class']);

export type Cell = number | string | null;
export interface Sort {
  readonly column: string;
  readonly direction: 'asc' | 'desc';
}

/** What all questions have: which rows they are about. */
export interface Selection {
  readonly filter?: string | undefined;
}

export interface Page {
  readonly total: number;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

export interface Bin {
  /** From `low` (included) to `high` (excluded, but of the last bin). */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface Histogram {
  readonly column: string;
  readonly bins: readonly Bin[];
  /** Rows whose value is infinite or absent. */
  readonly outside: number;
}

/** Cells of a grid that hold rows, for a scatter plot; `best` is the row of the least rank in it. */
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

export interface RankingTable {
  /** Names in the order of the file, with what they hold. */
  readonly columns: ReadonlyMap<string, ColumnKind>;
  readonly total: number;
  /** Rows `offset` to `offset + limit` of those that the filter lets through, ties by rank. */
  page(
    request: Selection & { readonly sort?: Sort; readonly offset?: number; readonly limit?: number },
  ): Promise<Page>;
  /** The row of a candidate; undefined where the ranking has none. */
  row(candidate: string): Promise<Readonly<Record<string, Cell>> | undefined>;
  /** Where a row stands in an order: the number of rows before it; undefined where the filter leaves it out. */
  position(
    request: Selection & { readonly sort?: Sort; readonly candidate: string },
  ): Promise<number | undefined>;
  histogram(request: Selection & { readonly column: string; readonly bins: number }): Promise<Histogram>;
  grid(
    request: Selection & {
      readonly x: string;
      readonly y: string;
      readonly columns: number;
      readonly rows: number;
    },
  ): Promise<Grid>;
  /** Of every numeric column, over finite values. */
  statistics(request: Selection): Promise<Readonly<Record<string, Statistics>>>;
  /** Waits for questions that are being answered. */
  close(): Promise<void>;
}

/** Reads ranking.csv at `csv` into a file of DuckDB at `database`, or opens what is there already. */
export async function openRankingTable({
  database,
  csv,
}: {
  readonly database: string;
  /** Absent where the database was filled before. */
  readonly csv?: string;
}): Promise<RankingTable> {
  const instance = await DuckDBInstance.create(database, { memory_limit: MEMORY, threads: THREADS });
  const connection = await instance.connect();
  if (csv !== undefined) await fill({ connection, csv });
  const described = await connection.runAndReadAll('DESCRIBE ranking');
  const columns = new Map(
    described
      .getRowObjectsJS()
      .map(({ column_name: name }): [string, ColumnKind] => [
        String(name),
        TEXTS.has(String(name)) ? 'text' : 'number',
      ]),
  );
  const counted = await connection.runAndReadAll('SELECT count(*)::DOUBLE AS total FROM ranking');
  const total = Number(counted.getRowObjectsJS()[0]!.total);
  const questions = createQuestions({ connection, columns });
  return {
    columns,
    total,
    ...createRows(questions),
    ...createDistributions(questions, columns),
    close: async () => {
      await questions.settle();
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function fill({
  connection,
  csv,
}: {
  readonly connection: DuckDBConnection;
  readonly csv: string;
}): Promise<void> {
  const path = csv.replaceAll("'", "''");
  const options = "header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true";
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_csv('${path}', ${options})`);
  const select = described.getRowObjectsJS().map(({ column_name: column }) => {
    const name = quoteName(String(column));
    if (!TEXTS.has(String(column))) return `CAST(nullif(${name}, '') AS DOUBLE) AS ${name}`;
    // The way back of `textCell`: an apostrophe that keeps a spreadsheet from taking a text for a formula.
    return `CASE WHEN regexp_matches(${name}, '^''+[=+@\\t\\r\\n＝＋－＠-]') THEN substr(${name}, 2) ELSE ${name} END AS ${name}`;
  });
  await connection.run(
    `CREATE OR REPLACE TABLE ranking AS SELECT ${select.join(', ')} FROM read_csv('${path}', ${options}) ORDER BY rank`,
  );
}
