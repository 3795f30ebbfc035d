// Tests which known word is offered for one that is not known, and when none is.
import { expect, test } from 'vitest';
import { nearest, unknownKey, unknownValue } from '../../../core/text/nearest.js';

const known = ['kind', 'space', 'strategy', 'fidelity', 'cohort'];

test.each([
  ['knd', 'kind'],
  ['KIND', 'kind'],
  ['fidelty', 'fidelity'],
  ['strategies', 'strategy'],
  // The beginning of a word, and a word with something behind it.
  ['strat', 'strategy'],
  ['fid', 'fidelity'],
  ['kin', 'kind'],
  ['cohort-kind', 'cohort'],
  // As many edits as letters make any word of any other.
  ['xy', undefined],
  ['zzzzzzzz', undefined],
  ['', undefined],
])('%j: %j', (word, expected) => {
  expect(nearest({ word, known })).toBe(expected);
});

test('a message offers the nearest word, or lists all', () => {
  expect(unknownKey({ word: 'knd', known })).toBe('unknown key "knd"; did you mean "kind"?');
  expect(unknownKey({ word: 'xy', known: ['a', 'b'] })).toBe('unknown key "xy"; known keys: a, b');
  expect(unknownValue({ word: 'xy', known: ['a', 'b'] })).toBe('unknown "xy"; known: a, b');
});
