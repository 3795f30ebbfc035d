// Computes the scores of all features and blocks of one supernet run.

import { countRowValues } from './statistics.js';
import type { StatisticsPool } from './statistics-pool.js';
import type { RunOutputs, SupernetOutput } from './supernet-session.js';

/**
 * The scores of the first `count` candidates: for each feature and each block, an array of `count`. The run's
 * data is detached afterwards.
 */
export function scoreRun({
  run: { features, blocks },
  count,
  pool,
}: {
  readonly run: RunOutputs;
  readonly count: number;
  readonly pool: StatisticsPool;
}): Promise<[Float64Array[], Float64Array[]]> {
  const score = async ({ task, parts, shared }: SupernetOutput): Promise<Float64Array> => {
    const found = new Float64Array(count);
    await Promise.all(
      parts.map(async ({ start, data }) => {
        const rows = Math.min(data.length / countRowValues(task), count - start);
        if (rows > 0) found.set(await pool.score({ task, data, count: rows }), start);
      }),
    );
    return shared ? found.fill(found[0]!) : found;
  };
  return Promise.all([Promise.all(features.map(score)), Promise.all(blocks.map(score))]);
}
