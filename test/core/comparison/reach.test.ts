// Tests how far one has to go down a ranking for a network that is nearly the best, and how many known accuracies the
// ranking was calibrated to.
import { expect, test } from 'vitest';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import { noisyCohort } from '../../support/noisy-cohort.js';

const cohort = noisyCohort({ noise: 0, m: 20 });
const ranked = compareCohorts({
  searches: [{ cohort, space: { kind: 'custom' }, known: new Map(), millisecondsPerCandidate: null }],
  differ: () => [],
}).searches[0]!.stability.winners.map(({ candidate }) => cohort.units.indexOf(candidate));

/** The first data set where the units, best ranked first, have these accuracies. */
function datasetOf(accuracies: readonly number[], fitted: readonly number[] = []) {
  const known = accuracies.map((accuracy, at) => ({ unit: ranked[at]!, accuracy }));
  const search = {
    cohort,
    space: { kind: 'custom' },
    // A table lists networks in any order.
    known: new Map([['cifar10', known.toReversed()]]),
    fitted: new Set(fitted.map((at) => ranked[at]!)),
    millisecondsPerCandidate: null,
  };
  const { datasets, checklist } = compareCohorts({ searches: [search], differ: () => [] }).searches[0]!;
  return { ...datasets[0]!, answers: checklist.map(({ answer }) => answer).join(' ') };
}

test.each<[readonly number[], number]>([
  [[94, 90, 91], 1],
  [[93.5, 90, 94], 1],
  [[93.4, 90, 93.6, 94], 3],
  [[90, 91, 92, 94], 4],
  [[0.94, 0.9], 1],
  [[0.936, 0.93, 0.94], 1],
  [[0.934, 0.93, 0.94], 3],
  [[0.9, 0.99, 1], 3],
  [[-2.1, -2.102, -2.0], 3],
])('of accuracies %j, the first near the best is number %i', (accuracies, enough) => {
  const found = datasetOf(accuracies);
  expect(found).toMatchObject({ enough, trueBest: Math.max(...accuracies), candidates: accuracies.length });
  const first = enough === 1 ? 'the first is' : `the first ${enough} hold one`;
  const distance = Math.max(...accuracies) > 1 ? 'half a point' : '0.005';
  // The table may know few of the ranked candidates, so the numbers are of those that it knows.
  expect(found.answers).toContain(
    `of the ${accuracies.length} known on cifar10, ${first} within ${distance} of the best`,
  );
});

test('accuracies are fitted where their network was labelled, and only those', () => {
  const accuracies = [94, 93, 92, 91];
  expect(datasetOf(accuracies).fitted).toBe(0);
  // The last label is of a network whose accuracy this table does not know.
  const { fitted, answers } = datasetOf(accuracies, [1, 3, 9]);
  expect(fitted).toBe(2);
  expect(answers).toContain('2 of the 4 known candidates on cifar10');
});
