// Tests that the numbers of tensors are read in every form in which ONNX stores them.
import { expect, it, test } from 'vitest';
import type { TensorProto } from '../../../core/onnx/proto.js';
import { DATA_TYPE, tensorValues } from '../../../core/onnx/tensor-values.js';

const bytes = (...all: readonly number[]) => Uint8Array.from(all);
/** As the machines that run tests are, ONNX is little-endian. */
const bytesOf = (list: ArrayBufferView) => new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
const HALVES = bytes(0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c, 0x00, 0xfc, 0x01, 0x7e);
const HALF_VALUES = [1, -2, 2 ** -24, Infinity, -Infinity, Number.NaN];
const BRAINS = bytes(0x80, 0x3f, 0x00, 0xc0);

const valuesOf = (tensor: TensorProto, length: number) => {
  const values = tensorValues({ name: 'w', dims: [length], ...tensor });
  return values && [...values];
};

test.each<[keyof typeof DATA_TYPE, Uint8Array, readonly number[]]>([
  ['float', bytesOf(Float32Array.of(0.5, -3)), [0.5, -3]],
  ['double', bytesOf(Float64Array.of(0.1, -3)), [0.1, -3]],
  ['uint8', bytes(1, 255), [1, 255]],
  ['int8', bytes(1, 255), [1, -1]],
  ['uint16', bytes(1, 0, 0, 255), [1, 0xff00]],
  ['int16', bytes(1, 0, 0, 255), [1, -256]],
  ['int32', bytesOf(Int32Array.of(70_000, -2)), [70_000, -2]],
  ['uint32', bytesOf(Uint32Array.of(70_000, 2 ** 32 - 2)), [70_000, 2 ** 32 - 2]],
  ['int64', bytesOf(BigInt64Array.of(2n ** 40n, -2n)), [2 ** 40, -2]],
  ['uint64', bytesOf(BigUint64Array.of(2n ** 40n, 2n ** 63n)), [2 ** 40, 2 ** 63]],
  ['bool', bytes(0, 1), [0, 1]],
  ['float16', HALVES, HALF_VALUES],
  ['bfloat16', BRAINS, [1, -2]],
])('raw numbers of type %s', (type, rawData, expected) => {
  expect(valuesOf({ dataType: DATA_TYPE[type], rawData }, expected.length)).toEqual(expected);
});

test.each<[string, TensorProto, readonly number[]]>([
  [
    'floats in two chunks',
    { dataType: DATA_TYPE.float, floatData: [0.5, -3].map((n) => bytesOf(Float32Array.of(n))) },
    [0.5, -3],
  ],
  ['doubles', { dataType: DATA_TYPE.double, doubleData: [bytesOf(Float64Array.of(0.1, 7))] }, [0.1, 7]],
  ['int64', { dataType: DATA_TYPE.int64, int64Data: [bytes(5, 0x80, 1)] }, [5, 128]],
  ['int32', { dataType: DATA_TYPE.int32, int32Data: [bytes(5), bytes(6, 7)] }, [5, 6, 7]],
  ['uint64', { dataType: DATA_TYPE.uint64, uint64Data: [bytes(5, 6)] }, [5, 6]],
  [
    'float16 as integers',
    { dataType: DATA_TYPE.float16, int32Data: [bytes(0x80, 0x78, 0x01)] },
    [1, 2 ** -24],
  ],
  ['bfloat16 as integers', { dataType: DATA_TYPE.bfloat16, int32Data: [bytes(0x80, 0x7f)] }, [1]],
])('lists of %s', (_, tensor, expected) => {
  expect(valuesOf(tensor, expected.length)).toEqual(expected);
});

test.each<[string, TensorProto, string]>([
  [
    'fewer numbers',
    { dataType: 1, rawData: bytesOf(Float32Array.of(1)) },
    '"w" has 1 numbers, its shape [2] says 2',
  ],
  ['more numbers', { dataType: 1, rawData: bytesOf(Float32Array.of(1, 2, 3)) }, '"w" has 3 numbers'],
  ['a part of a number', { dataType: 1, rawData: bytes(1, 2, 3) }, "a tensor's 3 bytes are no multiple of 4"],
  ['texts', { dataType: DATA_TYPE.string, rawData: bytes(1) }, 'data type 8 does not contain numbers'],
])('%s than the shape says are an error', (_, tensor, message) => {
  expect(() => valuesOf(tensor, 2)).toThrow(message);
});

it('has no numbers where the file has none, unless the shape says so', () => {
  expect(valuesOf({ dataType: 1 }, 2)).toBeUndefined();
  expect(valuesOf({ dataType: 1 }, 0)).toEqual([]);
});

const elsewhere = (
  entries: Readonly<Record<string, string>>,
  dims: readonly number[] = [2],
): TensorProto => ({
  name: 'w',
  dims,
  dataType: DATA_TYPE.float,
  dataLocation: 1,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});
const open = (part: object) => {
  asked.push(part);
  return bytesOf(Float32Array.of(4, 5));
};
const asked: object[] = [];

it('reads numbers in another file, from their offset on', () => {
  expect([...tensorValues(elsewhere({ location: 'a', offset: '12', length: '8' }), open)!]).toEqual([4, 5]);
  expect([...tensorValues(elsewhere({ location: 'a' }), open)!]).toEqual([4, 5]);
  expect(asked.splice(0)).toEqual([
    { location: 'a', offset: 12, length: 8 },
    { location: 'a', offset: 0, length: 8 },
  ]);
});

it('has no numbers where the other file is not there, not named or not to be read', () => {
  expect(tensorValues(elsewhere({ location: 'a' }), () => undefined)).toBeUndefined();
  expect(tensorValues(elsewhere({}), open)).toBeUndefined();
  expect(tensorValues(elsewhere({ location: 'a' }))).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each<[string, TensorProto, string]>([
  [
    'a negative offset',
    elsewhere({ location: 'a', offset: '-1' }),
    'lies at offset -1, length undefined of "a"',
  ],
  ['half an offset', elsewhere({ location: 'a', offset: '0.5' }), 'lies at offset 0.5'],
  ['another length', elsewhere({ location: 'a', length: '4' }), 'length 4 of "a"; its shape says 8 bytes'],
  [
    'too many numbers',
    elsewhere({ location: 'a' }, [2 ** 24 + 1]),
    'has 16777217 numbers, too many to be read',
  ],
])('refuses %s in another file', (_, tensor, message) => {
  expect(() => tensorValues(tensor, open)).toThrow(message);
  expect(asked).toEqual([]);
});
