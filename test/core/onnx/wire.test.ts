// Tests that messages are decoded by their table of fields, and that no file makes the decoder allocate without limit.
import { expect, it, test } from 'vitest';
import { decode, type Fields, readVarints } from '../../../core/onnx/wire.js';

const INNER: Fields = { 1: { name: 'text', kind: 'string' } };
const FIELDS: Fields = {
  1: { name: 'int', kind: 'int' },
  2: { name: 'float', kind: 'float' },
  3: { name: 'text', kind: 'string' },
  4: { name: 'ints', kind: 'ints' },
  5: { name: 'floats', kind: 'floats' },
  6: { name: 'inner', kind: 'message', of: () => INNER },
  7: { name: 'texts', kind: 'strings' },
  8: { name: 'chunks', kind: 'chunks' },
};
const [VARINT, BYTES, FLOAT] = [0, 2, 5];
const tag = (field: number, wire: number) => (field << 3) | wire;
const HALF = [0, 0, 0, 0x3f];
const read = (...bytes: readonly number[]) => decode(Uint8Array.from(bytes), FIELDS);

test.each<[string, readonly number[], object]>([
  ['a number', [tag(1, VARINT), 7], { int: 7 }],
  ['a float', [tag(2, FLOAT), ...HALF], { float: 0.5 }],
  ['the last of several', [tag(1, VARINT), 7, tag(1, VARINT), 8], { int: 8 }],
  ['numbers one at a time', [tag(4, VARINT), 7, tag(4, VARINT), 8], { ints: [7, 8] }],
  ['packed numbers', [tag(4, BYTES), 2, 7, 8], { ints: [7, 8] }],
  ['floats in both forms', [tag(5, FLOAT), ...HALF, tag(5, BYTES), 4, ...HALF], { floats: [0.5, 0.5] }],
  ['texts', [tag(7, BYTES), 1, 65, tag(7, BYTES), 1, 66], { texts: ['A', 'B'] }],
  ['bytes', [tag(8, BYTES), 2, 1, 2], { chunks: [Uint8Array.of(1, 2)] }],
  [
    'a message',
    [tag(6, BYTES), 3, tag(1, BYTES), 1, 65, tag(1, VARINT), 7],
    { inner: { text: 'A' }, int: 7 },
  ],
  ['no field that the table lacks', [tag(9, VARINT), 7, tag(1, VARINT), 8], { int: 8 }],
])('reads %s', (_, bytes, message) => {
  expect(read(...bytes)).toEqual(message);
});

test.each<[string, readonly number[]]>([
  ['a number', [tag(1, BYTES), 1, 5]],
  ['a float', [tag(2, VARINT), 5]],
  ['a text', [tag(3, VARINT), 5]],
  ['a message', [tag(6, VARINT), 5]],
  ['a list of numbers', [tag(4, FLOAT), ...HALF]],
])('%s of another wire type is left out', (_, bytes) => {
  const { ints: _ints, ...others } = read(...bytes, tag(7, BYTES), 1, 65);
  expect(others).toEqual({ texts: ['A'] });
});

test.each<[string, readonly number[], string]>([
  ['a text that lacks one byte', [tag(3, BYTES), 2, 65], 'the file ends within a message: it is truncated'],
  [
    'a text that is longer than its message',
    [tag(6, BYTES), 3, tag(1, BYTES), 2, 65, 66],
    'the file ends within a message: it is truncated',
  ],
  [
    'a number that begins in a message and ends behind it',
    [tag(6, BYTES), 1, tag(2, VARINT), 5],
    'a message is longer than the room that it says it has',
  ],
])('refuses %s', (_, bytes, message) => {
  expect(() => read(...bytes)).toThrow(message);
});

it('decodes messages that are nested 24 deep, and no deeper', () => {
  const nested: Fields = { 1: { name: 'inner', kind: 'message', of: () => nested } };
  const nest = (depth: number): readonly number[] => {
    let bytes: number[] = [];
    for (let i = 0; i < depth; i++) bytes = [tag(1, BYTES), bytes.length, ...bytes];
    return bytes;
  };
  expect(() => decode(Uint8Array.from(nest(24)), nested)).not.toThrow();
  expect(() => decode(Uint8Array.from(nest(25)), nested)).toThrow('messages are nested more than 24 deep');
});

it('decodes lists of a million numbers, and no longer ones', () => {
  const zeros = (count: number) => {
    const length = [(count & 127) | 128, ((count >> 7) & 127) | 128, count >> 14];
    return decode(Uint8Array.from([tag(4, BYTES), ...length, ...new Uint8Array(count)]), FIELDS);
  };
  expect(zeros(1_000_000).ints).toHaveLength(1_000_000);
  expect(() => zeros(1_000_001)).toThrow('a list has more than 1000000 numbers');
});

it('decodes four million texts or messages, and no more', () => {
  const texts = (count: number) =>
    decode(
      new Uint8Array(2 * count).map((_, i) => (i % 2 ? 0 : tag(3, BYTES))),
      FIELDS,
    );
  expect(texts(4_000_000)).toEqual({ text: '' });
  expect(() => texts(4_000_001)).toThrow('there are more than 4000000 parts');
});

it('reads packed numbers of tensors', () => {
  expect(readVarints(Uint8Array.of(1, 0x80, 1, ...new Array(9).fill(0xff), 1))).toEqual([1, 128, -1]);
});
