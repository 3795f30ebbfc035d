// Tests that the findings of several samples add up.
import { expect, test } from 'vitest';
import { addVerification, NOTHING_VERIFIED, type Verification } from '../../../core/contract/verification.js';

const found = (more: Partial<Verification>): Verification => ({ ...NOTHING_VERIFIED, ...more });
const example = (score: string) => ({ score, worker: 'a', verifier: 'b', difference: 'trainability' });

test('counts are sums, names are sets, and who is set aside is not suspected any more', () => {
  const first = found({
    scores: 10,
    verified: 3,
    notVerified: 1,
    disagreements: 1,
    suspected: ['b', 'c'],
    seen: ['a', 'c'],
    examples: [example('x#0')],
    why: 'no second worker',
  });
  const second = found({
    scores: 5,
    verified: 2,
    disagreements: 2,
    discarded: 7,
    setAside: ['c'],
    suspected: ['a'],
    seen: ['b', 'a'],
    examples: [example('y#0')],
  });
  const sum = {
    scores: 15,
    verified: 5,
    notVerified: 1,
    disagreements: 3,
    discarded: 7,
    setAside: ['c'],
    suspected: ['a', 'b'],
    seen: ['a', 'b', 'c'],
    why: 'no second worker',
  };
  expect(addVerification(first, second)).toEqual({ ...sum, examples: [example('x#0'), example('y#0')] });
  expect(addVerification(second, first)).toEqual({ ...sum, examples: [example('y#0'), example('x#0')] });
});

test('the last reason is kept, and the first twenty examples', () => {
  const many = (name: string) => Array.from({ length: 15 }, (_, i) => example(`${name}${i}#0`));
  const sum = addVerification(
    found({ why: 'first', examples: many('a') }),
    found({ why: 'last', examples: many('b') }),
  );
  expect(sum.why).toBe('last');
  expect(sum.examples).toEqual([...many('a'), ...many('b').slice(0, 5)]);
});
