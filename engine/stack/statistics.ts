// In: one output of a stack's run, a row of sums for each candidate. Out: a number for each: expressivity of a feature, trainability of a block.
import { blockTrainability, featureExpressivity } from '../../core/proxies/az-nas.js';

/** What an output holds: a feature's products and sums [c² + c], or a block's Jacobian products [rows * columns]. */
export type StatisticsTask =
  | { readonly kind: 'feature'; readonly channels: number; readonly samples: number }
  | { readonly kind: 'block'; readonly rows: number; readonly columns: number; readonly samples: number };

/** Scores of the first `count` candidates of an output. */
export function scoreStatistics({
  task,
  data,
  count,
}: {
  task: StatisticsTask;
  data: Float32Array;
  count: number;
}): Float64Array {
  const { samples } = task;
  if (task.kind === 'feature') {
    const c = task.channels;
    return Float64Array.from({ length: count }, (_, k) => {
      const start = k * (c * c + c);
      const products = data.subarray(start, start + c * c);
      const sums = data.subarray(start + c * c, start + c * c + c);
      return featureExpressivity({ products, sums, samples });
    });
  }
  const { rows, columns } = task;
  return Float64Array.from({ length: count }, (_, k) => {
    const sums = data.subarray(k * rows * columns, (k + 1) * rows * columns);
    return blockTrainability({ sums, rows, columns, samples });
  });
}
