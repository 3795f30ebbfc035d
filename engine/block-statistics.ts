// Takes the statistics of a block out of the outputs of a run.
import { withoutPerBlock } from '../core/lowering/scan.js';
import { covarianceEigenvalues, gramEigenvalues } from '../core/proxies/az-nas.js';
import type { InferenceSession } from './onnx-runtime.js';
import { rowOf } from './run.js';

/** The statistics of one block: sums over samples. */
export type Parts = Readonly<Partial<Record<'cov' | 'sum' | 'gram' | 'jac', Float32Array>>>;

/** The statistics of block `i` among the `count` blocks of a run: the outputs of a scan have one row for each block. */
export function partsOf(out: InferenceSession.OnnxValueMapType, i: number, count: number): Parts {
  const entries = Object.entries(out).map(([name, tensor]) => [
    withoutPerBlock(name),
    rowOf(tensor, i, count),
  ]);
  return Object.fromEntries(entries);
}

/** Eigenvalues of a block's output, from whichever sums its program computes. */
export function eigenvaluesOf({ gram, cov, sum }: Parts, samples: number): Float64Array {
  if (gram) return gramEigenvalues({ products: gram, samples });
  return covarianceEigenvalues({ products: cov!, sums: sum!, samples });
}
