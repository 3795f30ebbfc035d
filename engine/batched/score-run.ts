// In: the raw outputs of a stack's run. Out: for each feature and each block a score of each candidate.
import type { StackOutput, StackRun } from './stack-session.js';
import { rowLength } from './statistics.js';
import type { StatisticsPool } from './statistics-pool.js';

/** Scores of the first `count` candidates: [features, blocks], each [count]. Takes the run's data away. */
export function scoreRun({
  run: { features, blocks },
  count,
  pool,
}: {
  run: StackRun;
  count: number;
  pool: StatisticsPool;
}): Promise<[Float64Array[], Float64Array[]]> {
  const score = async ({ task, parts, shared }: StackOutput): Promise<Float64Array> => {
    const found = new Float64Array(count);
    await Promise.all(
      parts.map(async ({ start, data }) => {
        const rows = Math.min(data.length / rowLength(task), count - start);
        if (rows > 0) found.set(await pool.score({ task, data, count: rows }), start);
      }),
    );
    return shared ? found.fill(found[0]!) : found;
  };
  return Promise.all([Promise.all(features.map(score)), Promise.all(blocks.map(score))]);
}
