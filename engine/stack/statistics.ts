// In: one output of a stack's run, a row of sums for each candidate. Out: a number for each: expressivity of a feature, trainability of a block.
import { spectralEntropy } from '../../core/proxies/az-nas.js';
import { largestSingular } from './singular.js';
import { eigenvalues } from './spectra.js';

/** What an output holds: a feature's products and sums [c² + c], or a block's Jacobian products [rows * columns]. */
export type StatisticsTask =
  | { readonly kind: 'feature'; readonly channels: number; readonly samples: number }
  | { readonly kind: 'block'; readonly rows: number; readonly columns: number; readonly samples: number };

/** Numbers that an output has for each candidate. */
export function rowLength(task: StatisticsTask): number {
  return task.kind === 'feature' ? task.channels ** 2 + task.channels : task.rows * task.columns;
}

/** Scores of the first `count` candidates of an output; the formulas of core/proxies/az-nas.ts. */
export function scoreStatistics({
  task,
  data,
  count,
}: {
  task: StatisticsTask;
  data: Float32Array;
  count: number;
}): Float64Array {
  const score = task.kind === 'feature' ? expressivity : trainability;
  return Float64Array.from({ length: count }, (_, k) => score(task as never, data, k));
}

type Feature = StatisticsTask & { kind: 'feature' };
type Block = StatisticsTask & { kind: 'block' };

function expressivity({ channels: c, samples }: Feature, data: Float32Array, k: number): number {
  const products = k * (c * c + c);
  const sums = products + c * c;
  const covariance = new Float64Array(c * c);
  for (let i = 0; i < c; i++) {
    const mean = data[sums + i]! / samples;
    for (let j = 0; j <= i; j++)
      covariance[i * c + j] = data[products + i * c + j]! / samples - mean * (data[sums + j]! / samples);
  }
  return spectralEntropy(eigenvalues(covariance, c));
}

function trainability({ rows, columns, samples }: Block, data: Float32Array, k: number): number {
  const length = rows * columns;
  const matrix = Float64Array.from({ length }, (_, i) => data[k * length + i]! / samples);
  const sigma = largestSingular(matrix, rows, columns);
  const value = 2 - sigma - 1 / (sigma + 1e-6);
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}
