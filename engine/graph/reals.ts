// Makes arrays and tensors of floating-point numbers in the precision of a program.
import type { Precision } from '../../core/onnx/graph.js';
import type { Reals } from '../../core/proxies/measurement.js';
import { Tensor } from '../onnx-runtime.js';

/** Zeros in the precision of the programs. */
export function createNumbers(precision: Precision, count: number): Reals {
  return precision === 'float64' ? new Float64Array(count) : new Float32Array(count);
}

export function createTensor(values: Reals, dims: readonly number[]): Tensor {
  return values instanceof Float64Array
    ? new Tensor('float64', values, dims)
    : new Tensor('float32', values, dims);
}
