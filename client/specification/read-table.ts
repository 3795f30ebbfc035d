// Reads a parquet file as a table of texts, equal to that of the same ranking in CSV.
import type { AsyncBuffer } from 'hyparquet';
import { SpecError } from '../../core/errors.js';
import { formatNumber } from '../../core/text/numbers.js';
import type { Table } from '../../core/text/table.js';
import { type FileInput, type OpenedFile, openFile } from '../files/open-file.js';
import { createReadError, nameOf } from './read-text.js';

export function isParquet(path: string): boolean {
  return /\.parquet$/i.test(path);
}

/** Rows are numbered like the lines of a CSV, whose header is the first. */
export async function readParquetTable({
  path,
  name = nameOf(path),
}: {
  readonly path: FileInput;
  readonly name?: string;
}): Promise<Table> {
  const opened = await openFile(path).catch((error) => {
    throw createReadError({ error, name });
  });
  try {
    const file = bufferOf(opened);
    // Few commands read such a file, so only they load the library.
    const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const objects = await parquetReadObjects({ file, metadata });
    const rows = objects.map((row, index) => ({
      cells: names.map((column) => cellOf(row[column])),
      line: index + 2,
    }));
    return { names, rows };
  } catch (error) {
    const message = `not a parquet file that can be read: ${(error as Error).message}`;
    throw SpecError.inFile({ file: name, message });
  } finally {
    await opened.close();
  }
}

/** The interface through which the library reads an opened file. */
function bufferOf(file: OpenedFile): AsyncBuffer {
  const { size } = file;
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      const length = await file.read(bytes, start);
      return bytes.buffer.slice(0, length);
    },
  };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' && !Number.isNaN(value) ? formatNumber(value) : String(value);
}
