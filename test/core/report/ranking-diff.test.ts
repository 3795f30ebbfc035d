// Tests the difference of two rankings, on a small example and by its properties on any.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failuresCsv, readFailuresCsv } from '../../../core/report/failures-csv.js';
import { diffRankings } from '../../../core/report/ranking-diff.js';

const failure = (candidate: string, reason: string) => ({ candidate, reason, detail: '' });

test('a case by hand', () => {
  const a = {
    id: 'mon',
    ranking: ['a', 'b', 'c', 'd', 'e'],
    failures: [failure('x', 'crash'), failure('y', 'crash')],
  };
  const b = {
    id: 'tue',
    ranking: ['n', 'b', 'd', 'a', 'y'],
    failures: [failure('x', 'timeout'), failure('e', 'crash')],
  };
  expect(diffRankings({ a, b, top: 3 })).toEqual({
    a: { id: 'mon', candidates: 5, failed: 2 },
    b: { id: 'tue', candidates: 5, failed: 2 },
    top: 3,
    entered: {
      count: 2,
      first: [
        { candidate: 'n', from: null, to: 1 },
        { candidate: 'd', from: 4, to: 3 },
      ],
    },
    left: {
      count: 2,
      first: [
        { candidate: 'a', from: 1, to: 4 },
        { candidate: 'c', from: 3, to: null },
      ],
    },
    // Among a, b and d, the order is b d a instead of a b d.
    moves: {
      count: 3,
      first: [
        { candidate: 'a', from: 1, to: 4, moved: -2 },
        { candidate: 'b', from: 2, to: 2, moved: 1 },
        { candidate: 'd', from: 4, to: 3, moved: 1 },
      ],
    },
    appeared: {
      count: 2,
      first: [
        { candidate: 'n', from: null, to: 1 },
        { candidate: 'y', from: null, to: 5 },
      ],
    },
    vanished: {
      count: 2,
      first: [
        { candidate: 'c', from: 3, to: null },
        { candidate: 'e', from: 5, to: null },
      ],
    },
    failures: {
      count: 3,
      first: [
        { candidate: 'x', from: 'crash', to: 'timeout' },
        { candidate: 'e', from: null, to: 'crash' },
        { candidate: 'y', from: 'crash', to: null },
      ],
    },
  });
});

const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 50, size: 'max' });
const run = (id: string, ranking: readonly string[]) => ({ id, ranking, failures: [] });

describe('laws', () => {
  test('a run and itself: nothing changed', () => {
    fc.assert(
      fc.property(ranking, fc.integer({ min: 1, max: 60 }), (order, top) => {
        const { entered, left, moves, appeared, vanished } = diffRankings({
          a: run('a', order),
          b: run('b', order),
          top,
        });
        expect([entered, left, moves, appeared, vanished].map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
      }),
    );
  });

  test('the other way round everything is turned round; counts add up; newcomers move nobody', () => {
    fc.assert(
      fc.property(ranking, ranking, fc.integer({ min: 1, max: 60 }), (a, b, top) => {
        const there = diffRankings({ a: run('a', a), b: run('b', b), top });
        const back = diffRankings({ a: run('b', b), b: run('a', a), top });
        expect(back.entered.count).toBe(there.left.count);
        expect(back.vanished.count).toBe(there.appeared.count);
        expect(back.moves.count).toBe(there.moves.count);
        expect(there.entered.count - there.left.count).toBe(
          Math.min(top, b.length) - Math.min(top, a.length),
        );
        expect(a.length - there.vanished.count).toBe(b.length - there.appeared.count);
        const all = diffRankings({ a: run('a', a), b: run('b', b), top: 1000 }).moves.first;
        expect(all.reduce((sum, { moved }) => sum + moved, 0)).toBe(0);
        expect(there.moves.first).toEqual(all.slice(0, top));
        const newcomers = diffRankings({ a: run('a', a), b: run('b', ['new', ...a]), top });
        expect([newcomers.moves.count, newcomers.appeared.count]).toEqual([0, 1]);
      }),
    );
  });
});

test('failures.csv reads back', () => {
  const failures = [
    { candidate: '=1+1', reason: 'crash', detail: 'it "fell",\nover' },
    failure('b', 'timeout'),
  ];
  expect(readFailuresCsv([...failuresCsv(failures)].join(''))).toEqual(failures);
  expect(readFailuresCsv([...failuresCsv([])].join(''))).toEqual([]);
});
