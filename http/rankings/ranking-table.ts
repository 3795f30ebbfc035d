// Answers queries about one ranking of any size with DuckDB: sorted and filtered pages, histograms, and bins
// of scatter plots.
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AZ_NAS_PROXIES } from '../../core/specification/families.js';
import { createDistributions } from './distributions.js';
import { type ColumnKind, quoteName } from './filter.js';
import { createQuestions } from './questions.js';
import { createRelations } from './relations.js';
import { createRows } from './rows.js';
import { createStanding } from './standing.js';
import type { RankingTable } from './table-types.js';

/** The memory limit of DuckDB for one ranking; larger data are kept in its file. */
const MEMORY = '192MB';
const THREADS = '2';
const TEXTS: ReadonlySet<string> = new Set(['candidate', 'class']);

/** Reads ranking.csv at `csv` into a new DuckDB file at `database`. */
export async function openRankingTable({
  database,
  csv,
}: {
  readonly database: string;
  readonly csv: string;
}): Promise<RankingTable> {
  const instance = await DuckDBInstance.create(database, { memory_limit: MEMORY, threads: THREADS });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await fill({ connection, csv });
    return await createTable(connection, close);
  } catch (error) {
    close();
    throw error;
  }
}

/** `close` is called after the last query. */
async function createTable(connection: DuckDBConnection, close: () => void): Promise<RankingTable> {
  const counted = await connection.runAndReadAll('SELECT count(*)::DOUBLE AS total FROM ranking');
  const total = Number(counted.getRowObjectsJS()[0]!.total);
  const columns = await readColumns(connection, total);
  const questions = createQuestions({ connection, columns });
  return {
    columns,
    total,
    ...createRows(questions),
    ...createDistributions(questions, columns),
    ...createRelations(questions, columns),
    ...createStanding(questions, columns),
    close: async () => {
      await questions.settle();
      close();
    },
  };
}

/**
 * The columns that have a value. A file always has those of the four proxies of AZ-NAS, although a search may
 * rank by others.
 */
async function readColumns(
  connection: DuckDBConnection,
  total: number,
): Promise<ReadonlyMap<string, ColumnKind>> {
  const described = await connection.runAndReadAll('DESCRIBE ranking');
  const names = described.getRowObjectsJS().map(({ column_name: name }) => String(name));
  const counts = AZ_NAS_PROXIES.filter((name) => names.includes(name)).map(
    (name) => `count(${quoteName(name)})::DOUBLE AS ${quoteName(name)}`,
  );
  const counted =
    counts.length > 0 && total > 0
      ? await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ranking`)
      : undefined;
  const [count = {}] = counted?.getRowObjectsJS() ?? [];
  return new Map(
    names
      .filter((name) => count[name] !== 0)
      .map((name): [string, ColumnKind] => [name, TEXTS.has(name) ? 'text' : 'number']),
  );
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
    // The inverse of `textCell`: removes the apostrophe that keeps a spreadsheet from evaluating a text as a
    // formula.
    return `CASE WHEN regexp_matches(${name}, '^''+[=+@\\t\\r\\n＝＋－＠-]') THEN substr(${name}, 2) ELSE ${name} END AS ${name}`;
  });
  await connection.run(
    `CREATE TABLE ranking AS SELECT ${select.join(', ')} FROM read_csv('${path}', ${options}) ORDER BY rank`,
  );
}
