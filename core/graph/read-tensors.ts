// Reads the tensors of an ONNX file.
import type { TensorProto } from '../onnx/proto.js';
import { ReadError, reasonOfRead } from '../onnx/read-error.js';
import { numberType, type ReadExternal, tensorValues } from '../onnx/tensor-values.js';
import { TapeError } from '../ops/tensor/tape-error.js';
import type { Constant, Initializer } from './graph.js';

const LARGEST_TENSOR = 2 ** 31;
const MOST_DIMENSIONS = 16;
/** Tensors in attributes and integer tensors are read into memory; weights remain in the file. */
export const LARGEST_CONSTANT = 2 ** 24;

interface InitializersOfArguments {
  readonly tensors: readonly TensorProto[];
  readonly trained: ReadonlySet<string>;
  readonly untrained: ReadonlySet<string>;
  readonly external: ReadExternal | undefined;
}

/** `trained` and `untrained` are the tensors of which the file says so. */
export function initializersOf({
  tensors,
  trained,
  untrained,
  external,
}: InitializersOfArguments): Map<string, Initializer> {
  const initializers = new Map<string, Initializer>();
  for (const tensor of tensors) {
    if (!tensor.name) throw new Error('an initializer has no name');
    if (initializers.has(tensor.name)) throw new Error(`its initializer "${tensor.name}" occurs twice`);
    initializers.set(tensor.name, {
      ...initializerOf(tensor, external),
      ...(untrained.has(tensor.name) ? { isBuffer: true } : {}),
      ...(trained.has(tensor.name) ? { isParameter: true } : {}),
    });
  }
  return initializers;
}

export function checkShape(what: string, shape: readonly number[], most = LARGEST_TENSOR): void {
  if (shape.length > MOST_DIMENSIONS) throw new Error(`${what} has ${shape.length} dimensions`);
  for (const n of shape)
    if (!Number.isSafeInteger(n) || n < 0) throw new Error(`${what} has a dimension of ${n}`);
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > most)
    throw new ReadError('too-large', `${what} has ${size} elements, shape [${shape}]: too many`);
}

function initializerOf(tensor: TensorProto, external?: ReadExternal): Initializer {
  const { name = '', dims = [], dataType = 0 } = tensor;
  checkShape(`initializer "${name}"`, dims);
  const type = numberType(dataType);
  if (!type) throw new Error(`initializer "${name}" has data type ${dataType}, which holds no numbers`);
  return { shape: dims, type, read: () => valuesOf(tensor, external) };
}

/** Faults in the numbers are found when they are read, while the graph is resolved. */
function valuesOf(tensor: TensorProto, external: ReadExternal | undefined): Float64Array | undefined {
  try {
    return tensorValues(tensor, external);
  } catch (error) {
    throw new TapeError((error as Error).message, reasonOfRead(error));
  }
}

export function constantOf(tensor: TensorProto, where: string): Constant {
  const { shape, type, read } = initializerOf(tensor);
  if (shape.reduce((product, n) => product * n, 1) > LARGEST_CONSTANT)
    throw new ReadError('too-large', `the constant of ${where} has shape [${shape}]: too large`);
  const values = read();
  if (!values) throw new ReadError('missing-data', `the constant of ${where} has no numbers in the file`);
  return { shape, type, values };
}
