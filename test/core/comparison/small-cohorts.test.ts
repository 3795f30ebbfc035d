// Tests that the checklist of a small cohort has no statement that chance makes nearly true.
import { expect, test } from 'vitest';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import { noisyCohort } from '../../support/noisy-cohort.js';

function checklistOf(options: Parameters<typeof noisyCohort>[0]) {
  const search = {
    cohort: noisyCohort(options),
    space: { kind: 'custom' },
    known: new Map(),
    millisecondsPerCandidate: null,
  };
  const [found] = compareCohorts({ searches: [search], differ: () => [] }).searches;
  return (topic: string) => found!.checklist.find((entry) => entry.topic === topic)!;
}

test('a statement about the first ten or fifty is about at most a fifth of the networks', () => {
  const steady = checklistOf({ m: 12, noise: 0 });
  expect(steady('stable').answer).toContain('100 % of the first 2 stay');
  expect(steady('sensitive').answer).not.toMatch(/of the first 10|most FLOPs/);
  expect(steady('sensitive').answer).toMatch(
    /^Without \w+, Kendall's tau with this ranking would be 0\.\d\d/,
  );
  const unsteady = checklistOf({ m: 11, noise: 8 });
  expect(unsteady('stable').verdict).toBe('caution');
  expect(unsteady('stable').answer).not.toContain('fifty');
});

test('a large cohort has them', () => {
  const large = checklistOf({ m: 300, noise: 8 });
  expect(large('stable').answer).toContain('of the first ten stay');
  expect(large('stable').answer).toContain('take the first fifty as one group');
  expect(large('sensitive').answer).toContain('of the first 10 are also among the ten with the most FLOPs');
});
