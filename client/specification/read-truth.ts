// Reads a table of known accuracies, a CSV or a parquet file.
import { withField } from '../../core/errors.js';
import { parseTruth, type Truth, truthOf } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import type { FileInput } from '../files/open-file.js';
import { isParquet, readParquetTable } from './read-table.js';
import { nameOf, readText } from './read-text.js';

interface TruthReading {
  readonly path: FileInput;
  readonly space: Space;
  /** The file's name in messages; a file that ends in .parquet is read as parquet. */
  readonly name?: string;
  /** The field that errors name. With `known`, the table may lack the accuracies of all its candidates. */
  readonly field?: 'truth' | 'known';
}

/** Known accuracies of candidates of a space, or the numbers of another ranking. */
export async function readTruth({
  path,
  space,
  name = nameOf(path),
  field = 'truth',
}: TruthReading): Promise<Truth> {
  const none = field === 'known' ? 'allowed' : 'refused';
  const of = { source: name, parse: space.parse, none } as const;
  return withField(field, async () =>
    isParquet(name)
      ? truthOf({ table: await readParquetTable({ path, name }), ...of })
      : parseTruth({ text: await readText(path, name), ...of }),
  );
}
