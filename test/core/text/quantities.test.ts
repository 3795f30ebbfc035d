// Tests quantities and times at the ends of their ranges, with every unit, and texts that are quoted.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantity } from '../../../core/text/quantity.js';
import { quote, show } from '../../../core/text/show.js';
import { LONGEST_MS, milliseconds, time } from '../../../core/text/time.js';

const DIGITS = { '': 0, k: 3, M: 6, G: 9 } as const;

test('a quantity with decimals is the whole number that its digits say', () => {
  const written = fc.record({
    whole: fc.nat(999),
    decimals: fc.stringMatching(/^\d{1,3}$/),
    unit: fc.constantFrom('k', 'M', 'G'),
  });
  fc.assert(
    fc.property(written, ({ whole, decimals, unit }) => {
      const digits = `${whole}${decimals.padEnd(DIGITS[unit as 'k'], '0')}`;
      expect(quantity().parse(`${whole}.${decimals}${unit}`)).toBe(Number(digits));
    }),
  );
});

test('quantities go from 0 to 1e15', () => {
  for (const value of [0, 1, 1e15]) expect(quantity().parse(value)).toBe(value);
  expect(quantity().parse('1000000G')).toBe(1e15);
  // Products that floating point does not hold exactly.
  expect(['8.2M', '1.001k', '0.067G'].map((text) => quantity().parse(text))).toEqual([
    8_200_000, 1_001, 67_000_000,
  ]);
  for (const value of [-1, 0.5, 1e15 + 1, '1000001G', '0.5', '1.2345k', '5 M', '', null])
    expect(quantity().safeParse(value).success).toBe(false);
});

test('times go from above 0 to an hour, with their unit', () => {
  expect(['20ms', '0.02s', '3600s', `${LONGEST_MS}ms`].map((text) => time().parse(text))).toEqual([
    '20ms',
    '20ms',
    '3600000ms',
    '3600000ms',
  ]);
  // Down to a nanosecond.
  expect(milliseconds(time().parse('0.000001ms'))).toBe(1e-6);
  expect(milliseconds(time().parse('4.100001s'))).toBe(4100.001);
  for (const text of ['0ms', '3600.001s', '20', '1m', '-1s', 20])
    expect(time().safeParse(text).success).toBe(false);
});

test('a text is quoted as a whole up to 60 characters', () => {
  expect(quote('a'.repeat(60))).toBe(`"${'a'.repeat(60)}"`);
  expect(quote('a'.repeat(61))).toBe(`"${'a'.repeat(60)}"...`);
  expect([show('\n'), show([]), show([1]), show({}), show(undefined), show(-0.5)]).toEqual([
    '"\\n"',
    'an empty list',
    'a list',
    'a mapping',
    'nothing',
    '-0.5',
  ]);
});
