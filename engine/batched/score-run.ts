// Computes the scores of all features and blocks of one supernet run.

import { traceShare } from '../../core/proxies/residual.js';
import type { FeatureSpectrum } from '../network-score.js';
import { type BlockTask, countRowValues } from './statistics.js';
import type { StatisticsPool } from './statistics-pool.js';
import type { RunOutputs, SupernetOutput } from './supernet-session.js';

/** An array of one value for each candidate, for each feature and for each block. */
export interface RunScores {
  readonly features: readonly Float64Array[];
  /** One for each feature, since the sizes are the same for all candidates. */
  readonly spectra: readonly FeatureSpectrum[];
  readonly blocks: readonly Float64Array[];
  readonly traces: readonly (readonly (number | null)[])[];
}

/** The scores of the first `count` candidates. The run's data is detached afterwards. */
export async function scoreRun({
  run: { features, blocks },
  count,
  pool,
}: {
  readonly run: RunOutputs;
  readonly count: number;
  readonly pool: StatisticsPool;
}): Promise<RunScores> {
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
  const traces = blocks.map((output) => tracesOf(output, count));
  const all = await Promise.all([Promise.all(features.map(score)), Promise.all(blocks.map(score))]);
  const spectra = features.map(({ task: { samples, channels } }) => ({ samples, channels }));
  return { features: all[0], spectra, blocks: all[1], traces };
}

/** Reads only the diagonals, so it needs no thread. It must precede the scores, which detach the data. */
function tracesOf({ task, parts }: SupernetOutput<BlockTask>, count: number): (number | null)[] {
  const length = countRowValues(task);
  const traces = parts.flatMap(({ data }) =>
    Array.from({ length: data.length / length }, (_, k) =>
      traceShare({ ...task, sums: data.subarray(k * length, (k + 1) * length) }),
    ),
  );
  return traces.slice(0, count);
}
