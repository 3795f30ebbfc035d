// Tests how the diversity of a generation is measured from the texts of its candidates.
import { expect, it } from 'vitest';
import { diversityOf } from '../../../core/evolution/diversity.js';

it('is the mean share of choices in which two candidates differ', () => {
  const cell = (a: string, b: string) => `|${a}~0|+|${b}~0|none~1|`;
  const [first, second, third] = diversityOf([
    // Of three pairs, two differ in the first place, and all in the second.
    [cell('skip_connect', 'none'), cell('skip_connect', 'nor_conv_1x1'), cell('none', 'nor_conv_3x3')],
    [cell('none', 'none'), cell('none', 'none')],
    [cell('none', 'none')],
  ]);
  expect(first).toBeCloseTo((2 / 3 + 1) / 2);
  expect(second).toBe(0);
  expect(third).toBeNaN();
});

it('counts every digit of a matrix, and the numbers of blocks as wholes', () => {
  expect(diversityOf([['011001 input output', '010001 input output']])).toEqual([1]);
  expect(diversityOf([['0110', '0011']])).toEqual([1]);
  expect(diversityOf([['a(16,24)b(3)', 'a(16,240)b(3)', 'a(8,24)b(3)']])[0]).toBeCloseTo(2 / 3);
  expect(diversityOf([['short'], ['short', 'short|longer']])).toEqual([Number.NaN, 1]);
});
