// Queries one ranking in DuckDB: conditions from filters, columns by name, and a count of running queries.
import { DOUBLE, type DuckDBConnection, type DuckDBType, INTEGER, VARCHAR } from '@duckdb/node-api';
import { SpecError } from '../../core/errors.js';
import {
  type ColumnKind,
  type Condition,
  columnOf,
  createUnknownColumnError,
  parseFilter,
  quoteName,
} from './filter.js';

export type Row = Readonly<Record<string, unknown>>;

export interface Questions {
  /** Rows of a query, as objects. */
  ask(sql: string, values?: Condition['values']): Promise<readonly Row[]>;
  /** The only column of a query, which must hold whole numbers. */
  readIntegers(sql: string, values: Condition['values']): Promise<Int32Array>;
  condition(selection: { readonly filter?: string | undefined }): Condition;
  /** The SQL name of a numeric column; a SpecError with this field for any other. */
  numeric(name: string, field: string): string;
  /** The SQL name of a column of any type. */
  column(name: string, field: string): string;
  /** Waits for running queries. */
  settle(): Promise<void>;
}

export function createQuestions({
  connection,
  columns,
}: {
  readonly connection: DuckDBConnection;
  readonly columns: ReadonlyMap<string, ColumnKind>;
}): Questions {
  const asked = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    asked.add(work);
    work.finally(() => asked.delete(work)).catch(() => {});
    return work;
  };
  const column = (given: string, field: string): string => {
    const name = columnOf(given, columns);
    if (!columns.has(name)) throw createUnknownColumnError({ name, columns, field });
    return quoteName(name);
  };
  return {
    readIntegers: (sql, values) => track(readIntegers({ connection, sql, values })),
    ask: async (sql, values = []) =>
      (await track(connection.runAndReadAll(sql, [...values], typesOf(values)))).getRowObjectsJS(),
    condition: ({ filter = '' }) => parseFilter({ text: filter, columns }),
    column,
    numeric: (name, field) => {
      const quoted = column(name, field);
      if (columns.get(columnOf(name, columns)) === 'number') return quoted;
      throw SpecError.of({ path: field, message: `column "${name}" holds texts; must hold numbers` });
    },
    settle: async () => {
      await Promise.allSettled(asked);
    },
  };
}

/** DuckDB's client takes a large whole number such as 1e300 for a BIGINT, and refuses it. */
function typesOf(values: Condition['values']): DuckDBType[] {
  return values.map((value) => {
    if (typeof value === 'string') return VARCHAR;
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? INTEGER : DOUBLE;
  });
}

/** Copies a result chunk by chunk, because an array of a million numbers takes twice the memory of all chunks. */
async function readIntegers({
  connection,
  sql,
  values,
}: {
  readonly connection: DuckDBConnection;
  readonly sql: string;
  readonly values: Condition['values'];
}): Promise<Int32Array> {
  const result = await connection.run(sql, [...values], typesOf(values));
  const numbers = new Int32Array(result.rowCount);
  let at = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return numbers;
    const column = chunk.getColumnVector(0);
    for (let i = 0; i < chunk.rowCount; i++) numbers[at++] = column.getItem(i) as number;
  }
}
