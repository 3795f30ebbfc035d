// In: results, a folder. Out: ranking.csv or ranking.parquet there, with failures.csv and summary.json beside it.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatSummary } from '../../core/report/summary.js';
import { SpecError } from '../../core/spec/errors.js';
import type { Results } from './results.js';

export const RANKING_FORMATS = ['csv', 'parquet'] as const;
export type RankingFormat = (typeof RANKING_FORMATS)[number];

/** However large the ranking is, a piece of it is in memory at a time. */
export async function writeResults({
  folder,
  results,
  format,
}: {
  folder: string;
  results: Results;
  format: RankingFormat;
}): Promise<void> {
  await place({ folder, name: `ranking.${format}` }, async (path) => {
    if (format === 'csv') return writeFile(path, results.csv());
    const { writeParquet } = await import('./ranking-parquet.js');
    await writeParquet({ path, rows: results.rows() });
  });
  await place({ folder, name: 'failures.csv' }, (path) => writeFile(path, results.failures));
  await place({ folder, name: 'summary.json' }, (path) => writeFile(path, formatSummary(results.summary)));
}

/** A file is whole or not there: what is read may turn out to be altered at its end. Two commands may write it at once. */
async function place(
  { folder, name }: { folder: string; name: string },
  write: (path: string) => Promise<void>,
): Promise<void> {
  const path = join(resolve(folder), name);
  const part = `${path}.${process.pid}.part`;
  try {
    await write(part);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** The folder that the results will go to, made before anything starts. */
export async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw SpecError.of({
      path: '--out',
      message: `${path} cannot be made (${code}); must be a folder that can be written`,
    });
  }
}
