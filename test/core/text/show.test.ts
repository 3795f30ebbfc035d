// Tests that a message says of any value from outside what it is, in one short line.
import { expect, test } from 'vitest';
import { describeFound } from '../../../core/text/show.js';

class Own {}

test.each([
  [undefined, 'missing'],
  [null, 'found null'],
  ['2', 'found the text "2"'],
  [2, 'found 2'],
  [2n, 'found 2n'],
  [Number.NaN, 'found NaN'],
  [[], 'found an empty list'],
  [[1], 'found a list'],
  [{ a: 1 }, 'found a mapping'],
  [Object.create(null), 'found a mapping'],
  [{ constructor: 'text' }, 'found a mapping'],
  [() => 'the text of a function is long', 'found a function'],
  [new Date(0), 'found an object of class Date'],
  [new Uint8Array(2), 'found an object of class Uint8Array'],
  [Promise.resolve(1), 'found an object of class Promise'],
  [new Own(), 'found an object of class Own'],
])('%o', (value, text) => {
  expect(describeFound(value)).toBe(text);
});
