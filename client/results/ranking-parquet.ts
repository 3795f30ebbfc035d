// Writes rows of a ranking as a parquet file with the columns of ranking.csv, with one row group in memory at
// a time.
import { open } from 'node:fs/promises';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { SpecError } from '../../core/errors.js';
import { extraProxies, proxiesIn, type RankingRow } from '../../core/report/ranking-csv.js';
import { AZ_NAS_PROXIES } from '../../core/specification/families.js';
import { describeFault } from '../files/describe-fault.js';

const GROUP_ROWS = 50_000;

/** Reads the rows twice: a column is in the file if any row has a value for it. */
export async function writeParquet({
  path,
  rows,
}: {
  readonly path: string;
  readonly rows: () => AsyncIterable<readonly RankingRow[]>;
}): Promise<void> {
  await checkPath(path);
  const columns = await findColumns(rows());
  const file = fileWriter(path);
  let writer: ParquetWriter | undefined;
  let waiting: RankingRow[] = [];
  const flush = async (): Promise<void> => {
    const columnData = columnsOf(waiting, columns);
    writer ??= new ParquetWriter({ writer: file, schema: schemaFromColumnData({ columnData }) });
    if (waiting.length > 0) await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    waiting = [];
  };
  for await (const block of rows()) {
    waiting.push(...block);
    if (waiting.length >= GROUP_ROWS) await flush();
  }
  if (waiting.length > 0 || !writer) await flush();
  await writer!.finish();
}

/** Throws a SpecError if no file can be written at the path. */
async function checkPath(path: string): Promise<void> {
  try {
    await (await open(path, 'w')).close();
  } catch (error) {
    throw SpecError.of({ path: 'path', file: path, message: describeFault(error) });
  }
}

interface Columns {
  /** The proxies that have columns besides the usual four. */
  readonly proxies: readonly string[];
  /** Whether all parameter counts are whole numbers; a space that is a module may count otherwise. */
  readonly areCountsWhole: boolean;
  readonly hasClasses: boolean;
  readonly hasLatencies: boolean;
}

async function findColumns(rows: AsyncIterable<readonly RankingRow[]>): Promise<Columns> {
  const proxies = new Set<string>();
  let first: RankingRow | undefined;
  let areCountsWhole = true;
  for await (const block of rows) {
    first ??= block[0];
    for (const name of extraProxies(proxiesIn(block))) proxies.add(name);
    areCountsWhole &&= block.every(({ parameters }) => Number.isSafeInteger(parameters));
  }
  return {
    proxies: [...proxies],
    areCountsWhole,
    hasClasses: first?.class !== undefined,
    hasLatencies: first?.latency !== undefined,
  };
}

/** A proxy that was not computed is null, as its cells in ranking.csv are empty. */
function columnsOf(rows: readonly RankingRow[], columns: Columns) {
  const real = (name: string, of: (row: RankingRow) => number) => ({
    name,
    type: 'DOUBLE' as const,
    nullable: false,
    data: Float64Array.from(rows, of),
  });
  const text = (name: string, of: (row: RankingRow) => string) => ({
    name,
    type: 'STRING' as const,
    nullable: false,
    data: rows.map(of),
  });
  return [
    {
      name: 'rank',
      type: 'INT32' as const,
      nullable: false,
      data: Int32Array.from(rows, ({ rank }) => rank),
    },
    text('candidate', ({ candidate }) => candidate),
    real('score', ({ score }) => score),
    ...[...AZ_NAS_PROXIES, ...columns.proxies].map((proxy) => ({
      name: proxy,
      type: 'DOUBLE' as const,
      nullable: true,
      data: rows.map(({ proxies }) => proxies[proxy]),
    })),
    columns.areCountsWhole
      ? {
          name: 'parameters',
          type: 'INT64' as const,
          nullable: false,
          data: BigInt64Array.from(rows, ({ parameters }) => BigInt(parameters)),
        }
      : real('parameters', ({ parameters }) => parameters),
    ...(columns.hasClasses ? [text('class', (row) => row.class!)] : []),
    ...(columns.hasLatencies
      ? [
          {
            name: 'latency',
            type: 'DOUBLE' as const,
            nullable: true,
            data: rows.map(({ latency }) => latency ?? undefined),
          },
        ]
      : []),
  ];
}
