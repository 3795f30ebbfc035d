// Computes scores from one output of a supernet run: expressivity of a feature, or trainability of a block, for each candidate.
import { blockTrainability, featureExpressivity } from '../../core/proxies/az-nas.js';

/** The contents of an output: a feature's products and sums [c² + c], or a block's Jacobian products [rows * columns]. */
export type StatisticsTask = FeatureTask | BlockTask;

export interface FeatureTask {
  readonly kind: 'feature';
  readonly channels: number;
  readonly samples: number;
}

export interface BlockTask {
  readonly kind: 'block';
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}

/** The number of values that an output has for each candidate. */
export function countRowValues(task: StatisticsTask): number {
  return task.kind === 'feature' ? task.channels ** 2 + task.channels : task.rows * task.columns;
}

/** The scores of the first `count` candidates of an output. */
export function scoreStatistics({
  task,
  data,
  count,
}: {
  readonly task: StatisticsTask;
  readonly data: Float32Array;
  readonly count: number;
}): Float64Array {
  const length = countRowValues(task);
  return Float64Array.from({ length: count }, (_, k) =>
    score(task, data.subarray(k * length, (k + 1) * length)),
  );
}

function score(task: StatisticsTask, row: Float32Array): number {
  if (task.kind === 'block') return blockTrainability({ ...task, sums: row });
  const products = row.subarray(0, task.channels ** 2);
  return featureExpressivity({ products, sums: row.subarray(products.length), samples: task.samples });
}
