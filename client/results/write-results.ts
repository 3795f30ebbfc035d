// Writes ranking.csv or ranking.parquet, failures.csv and summary.json into a folder.
import { writeFile } from 'node:fs/promises';
import { formatSummary } from '../../core/report/summary.js';
import { placeFile } from '../files/out-folder.js';
import type { Results } from './results.js';

export const RANKING_FORMATS = ['csv', 'parquet'] as const;
export type RankingFormat = (typeof RANKING_FORMATS)[number];

/** One piece of the ranking is in memory at a time, however large it is. */
export async function writeResults({
  folder,
  results,
  format,
}: {
  readonly folder: string;
  readonly results: Results;
  readonly format: RankingFormat;
}): Promise<void> {
  await placeFile({ folder, name: `ranking.${format}` }, async (path) => {
    if (format === 'csv') return writeFile(path, results.csv());
    const { writeParquet } = await import('./ranking-parquet.js');
    await writeParquet({ path, rows: results.rows });
  });
  await placeFile({ folder, name: 'failures.csv' }, (path) => writeFile(path, results.failures));
  await placeFile({ folder, name: 'summary.json' }, (path) =>
    writeFile(path, formatSummary(results.summary)),
  );
}
