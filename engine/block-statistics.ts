// Extracts the statistics of a block from the outputs of a run.
import { withoutPerBlock } from '../core/lowering/scan.js';
import { covarianceEigenvalues, gramEigenvalues } from '../core/proxies/az-nas.js';
import type { InferenceSession } from './onnx-runtime.js';
import { rowOf } from './run.js';

/** The statistics of one block: sums over samples. */
export type Parts = Readonly<Partial<Record<'cov' | 'sum' | 'gram' | 'jac', Float32Array>>>;

/**
 * The statistics of block `i` of the `count` blocks of a run. The outputs of a scan have one row for each
 * block.
 */
export function partsOf(out: InferenceSession.OnnxValueMapType, i: number, count: number): Parts {
  const entries = Object.entries(out).map(([name, tensor]) => [
    withoutPerBlock(name),
    rowOf(tensor, i, count),
  ]);
  return Object.fromEntries(entries);
}

/** The eigenvalues of a block's output, from whichever sums its program outputs. */
export function eigenvaluesOf({ gram, cov, sum }: Parts, samples: number): Float64Array {
  if (gram) return gramEigenvalues({ products: gram, samples });
  return covarianceEigenvalues({ products: cov!, sums: sum!, samples });
}
