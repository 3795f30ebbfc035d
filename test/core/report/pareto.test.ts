// Tests that the Pareto front contains exactly those rows that no other row dominates.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestOfFront, paretoCsv, paretoFront } from '../../../core/report/pareto.js';

const small = fc.integer({ min: 0, max: 6 });
const ranking = fc
  .array(fc.record({ score: fc.oneof(small, fc.constant(-Infinity)), flops: small, parameters: small }))
  .map((rows) =>
    rows
      .sort((a, b) => (a.score === b.score ? 0 : b.score > a.score ? 1 : -1))
      .map((row, i) => ({ ...row, rank: i + 1, candidate: `c${i}` })),
  );

test('nobody on the front is beaten, everybody else is beaten or equalled by someone on it', () => {
  fc.assert(
    fc.property(ranking, fc.constantFrom('flops' as const, 'parameters' as const), (rows, cost) => {
      const front = paretoFront({ rows, cost });
      const asGood = (a: (typeof rows)[0], b: (typeof rows)[0]) => a[cost] <= b[cost] && a.score >= b.score;
      for (const row of rows) {
        const others = front.filter((other) => other !== row && asGood(other, row));
        expect(others.length > 0).toBe(!front.includes(row));
      }
      expect(front.map((row) => row[cost])).toEqual(front.map((row) => row[cost]).sort((a, b) => a - b));
    }),
  );
});

test('as CSV', () => {
  const rows = [{ rank: 1, candidate: 'a,b', score: -0.5, flops: 10.25, parameters: 3 }];
  expect(paretoCsv(paretoFront({ rows, cost: 'flops' }))).toBe(
    'rank,candidate,score,flops,parameters\n1,"a,b",-0.5,10.25,3\n',
  );
});

test('latency is a cost like the others; what has none is left out, and the CSV has its column', () => {
  const row = { flops: 1, parameters: 2 };
  const rows = [
    { ...row, rank: 1, candidate: 'a', score: 3, latency: 9 },
    { ...row, rank: 2, candidate: 'b', score: 2 },
    { ...row, rank: 3, candidate: 'c', score: 1, latency: 4 },
    { ...row, rank: 4, candidate: 'd', score: 0, latency: 5 },
  ];
  const front = paretoFront({ rows, cost: 'latency' });
  expect(front.map(({ candidate }) => candidate)).toEqual(['c', 'a']);
  expect(paretoCsv(front)).toBe('rank,candidate,score,flops,parameters,latency\n3,c,1,1,2,4\n1,a,3,1,2,9\n');
  expect(paretoCsv(paretoFront({ rows, cost: 'flops' }))).toContain('\n1,a,3,1,2,9\n');
});

test('the best of a front are those of the best score, still cheapest first', () => {
  const rows = [5, 4, 3, 2, 1].map((score, i) => ({
    rank: i + 1,
    candidate: `c${score}`,
    score,
    flops: score,
    parameters: 1,
  }));
  const front = paretoFront({ rows, cost: 'flops' });
  expect(front).toHaveLength(5);
  expect(bestOfFront(front, 2).map(({ candidate }) => candidate)).toEqual(['c4', 'c5']);
  expect(bestOfFront(front, 9)).toEqual(front);
  expect(bestOfFront(front)).toEqual(front);
});
