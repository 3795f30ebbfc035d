// In: results, a folder. Out: ranking.csv or ranking.parquet there, with failures.csv and summary.json beside it.
import { mkdir, writeFile } from 'node:fs/promises';
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
  const file = (name: string) => join(resolve(folder), name);
  if (format === 'csv') await writeFile(file('ranking.csv'), results.csv());
  else {
    const { writeParquet } = await import('./ranking-parquet.js');
    await writeParquet({ path: file('ranking.parquet'), rows: results.rows() });
  }
  await writeFile(file('failures.csv'), results.failures);
  await writeFile(file('summary.json'), formatSummary(results.summary));
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
