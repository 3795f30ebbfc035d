// In: any ranking with costs. Out: exactly those rows that no other row beats.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paretoCsv, paretoFront } from '../../../core/report/pareto.js';

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
