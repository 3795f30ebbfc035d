// Reads the numbers of a tensor in an ONNX file.
import type { TensorProto } from './proto.js';
import { ReadError } from './read-error.js';
import { readVarints } from './wire.js';

/** Values of the enumeration TensorProto.DataType. */
export const DATA_TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** The size of one number in bytes. */
const WIDTH: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};

/** The types of numbers that a graph distinguishes. */
export type NumberType = 'float' | 'int' | 'bool';

/**
 * The kind of numbers of a data type; `undefined` for types that hold no real numbers (strings, complex
 * numbers).
 */
export function numberType(dataType: number): NumberType | undefined {
  if (dataType === DATA_TYPE.bool) return 'bool';
  if ([DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.double, DATA_TYPE.bfloat16].includes(dataType as 1))
    return 'float';
  return WIDTH[dataType] ? 'int' : undefined;
}

/** A range of a file beside the model. `location` is written in the model, so it cannot be trusted. */
export interface ExternalPart {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}
/**
 * Returns undefined where there is no such file. Throws for a location that may not be read, and for a file
 * that is too short.
 */
export type ReadExternal = (part: ExternalPart) => Uint8Array | undefined;

/**
 * The numbers, row-major; undefined where they are not available (stripped weights, a missing file). Throws
 * where their count differs from the shape's.
 */
export function tensorValues(tensor: TensorProto, external?: ReadExternal): Float64Array | undefined {
  const { dims = [], dataType = 0 } = tensor;
  const size = dims.reduce((product, n) => product * n, 1);
  const isExternal = tensor.dataLocation === 1;
  const rawData = isExternal ? externalBytes({ tensor, size, external }) : tensor.rawData;
  if (isExternal && !rawData) return undefined;
  const values = rawData ? fromRaw(rawData, dataType) : fromLists(tensor);
  if (values.length === 0 && size > 0) return undefined;
  if (values.length !== size)
    throw new Error(
      `tensor "${tensor.name ?? ''}" has ${values.length} numbers, its shape [${dims}] says ${size}`,
    );
  return values;
}

/**
 * The most numbers of one tensor that are read from another file. Only constants are read; weights never are.
 */
const LARGEST_EXTERNAL = 2 ** 24;

function externalBytes({
  tensor: { name = '', dataType = 0, externalData = [] },
  size,
  external,
}: {
  readonly tensor: TensorProto;
  readonly size: number;
  readonly external: ReadExternal | undefined;
}): Uint8Array | undefined {
  const entry = (key: string) => externalData.find((each) => each.key === key)?.value;
  const location = entry('location');
  const width = WIDTH[dataType];
  if (!external || location === undefined || !width) return undefined;
  if (size > LARGEST_EXTERNAL)
    throw new ReadError('too-large', `tensor "${name}" has ${size} numbers, too many to be read`);
  const offset = Number(entry('offset') ?? 0);
  const length = size * width;
  if (!Number.isSafeInteger(offset) || offset < 0 || Number(entry('length') ?? length) !== length)
    throw new Error(
      `tensor "${name}" lies at offset ${entry('offset')}, length ${entry('length')} of "${location}"; its shape says ${length} bytes`,
    );
  return external({ location, offset, length });
}

function fromRaw(bytes: Uint8Array, dataType: number): Float64Array {
  const width = WIDTH[dataType];
  if (!width) throw new Error(`a tensor of data type ${dataType} does not contain numbers`);
  if (bytes.length % width) throw new Error(`a tensor's ${bytes.length} bytes are no multiple of ${width}`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[dataType]!;
  return Float64Array.from({ length: bytes.length / width }, (_, i) => read(data, i * width));
}

const READERS: Readonly<Record<number, (data: DataView, at: number) => number>> = {
  1: (data, at) => data.getFloat32(at, true),
  2: (data, at) => data.getUint8(at),
  3: (data, at) => data.getInt8(at),
  4: (data, at) => data.getUint16(at, true),
  5: (data, at) => data.getInt16(at, true),
  6: (data, at) => data.getInt32(at, true),
  7: (data, at) => Number(data.getBigInt64(at, true)),
  9: (data, at) => data.getUint8(at),
  10: (data, at) => fromHalf(data.getUint16(at, true)),
  11: (data, at) => data.getFloat64(at, true),
  12: (data, at) => data.getUint32(at, true),
  13: (data, at) => Number(data.getBigUint64(at, true)),
  16: (data, at) => fromBrain(data.getUint16(at, true)),
};

/**
 * Packed lists of floats and doubles are little-endian like raw data; an unpacked number is a chunk of its
 * own.
 */
function fromLists({ dataType = 0, ...tensor }: TensorProto): Float64Array {
  if (tensor.floatData) return readChunks(tensor.floatData, (bytes) => fromRaw(bytes, DATA_TYPE.float));
  if (tensor.doubleData) return readChunks(tensor.doubleData, (bytes) => fromRaw(bytes, DATA_TYPE.double));
  const integers = tensor.int64Data ?? tensor.int32Data ?? tensor.uint64Data;
  if (!integers) return new Float64Array();
  const of = dataType === DATA_TYPE.float16 ? fromHalf : dataType === DATA_TYPE.bfloat16 ? fromBrain : Number;
  return readChunks(integers, (bytes) => Float64Array.from(readVarints(bytes), of));
}

function readChunks(chunks: readonly Uint8Array[], read: (bytes: Uint8Array) => Float64Array): Float64Array {
  const parts = chunks.map(read);
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Converts IEEE 754 half precision. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Converts bfloat16, which is the upper half of a float32. */
function fromBrain(bits: number): number {
  const data = new DataView(new ArrayBuffer(4));
  data.setUint16(2, bits, true);
  return data.getFloat32(0, true);
}
