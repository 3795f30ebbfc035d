// Queries one ranking in DuckDB: conditions from filters, columns by name, and a count of running queries.
import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api';
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
  /** Rows of a query, by column. */
  read(sql: string, values: Condition['values']): Promise<DuckDBResultReader>;
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
  const read = (sql: string, values: Condition['values']) => {
    const work = connection.runAndReadAll(sql, [...values]);
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
    read,
    ask: async (sql, values = []) => (await read(sql, values)).getRowObjectsJS(),
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
