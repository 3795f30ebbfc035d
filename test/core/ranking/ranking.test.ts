// Tests ranks, aggregates and the order of rows against the plain definitions on random cohorts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TerminalError } from '../../../core/errors.js';
import { aggregate, type ProxyColumn } from '../../../core/ranking/aggregate.js';
import { levelsOf } from '../../../core/ranking/levels.js';
import { compareRows, order } from '../../../core/ranking/order.js';
import { ascendingRanks } from '../../../core/ranking/ranks.js';
import { ASSEMBLIES } from '../../../core/specification/assemblies.js';

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(-Infinity, Infinity, NaN, 0, -0),
);
const values = fc.array(value, { minLength: 1, maxLength: 40, size: 'max' });

function plainRank(all: readonly number[], own: number): number {
  const clean = all.map((v) => (Number.isNaN(v) ? -Infinity : v));
  const mine = Number.isNaN(own) ? -Infinity : own;
  const below = clean.filter((v) => v < mine).length;
  const same = clean.filter((v) => v === mine).length;
  return below + (same + 1) / 2;
}

describe('ascendingRanks', () => {
  it('shares average ranks', () => {
    expect([...ascendingRanks([10, -Infinity, 10, NaN, 3])]).toEqual([4.5, 1.5, 4.5, 1.5, 3]);
    expect([...ascendingRanks([])]).toEqual([]);
  });

  it('is the plain definition', () => {
    fc.assert(
      fc.property(values, (all) => {
        expect([...ascendingRanks(all)]).toEqual(all.map((own) => plainRank(all, own)));
      }),
    );
  });
});

describe('levelsOf', () => {
  it('numbers the distinct values; NaN is the smallest, as in ranks', () => {
    const { levels, count } = levelsOf([Infinity, NaN, 3, -0, 0, -Infinity]);
    expect([[...levels], count]).toEqual([[3, 0, 2, 1, 1, 0], 4]);
  });

  it('orders values as their ranks do', () => {
    fc.assert(
      fc.property(values, (all) => {
        const ranks = ascendingRanks(all);
        const distinct = [...new Set(ranks)].sort((a, b) => a - b);
        expect([...levelsOf(all).levels]).toEqual(Array.from(ranks, (rank) => distinct.indexOf(rank)));
      }),
    );
  });
});

describe('compareRows', () => {
  it('places a class by its representative, and its members by their own texts', () => {
    const row = (score: number, unit: string, candidate: string) => ({ score, candidate, class: unit });
    const ordered = [
      row(2, 'z', 'z'),
      row(1, 'a', 'b'),
      row(1, 'a', 'x'),
      row(1, 'm', 'a'),
      row(1, 'm', 'm'),
    ];
    expect(ordered.toReversed().sort(compareRows)).toEqual(ordered);
    const alone = ['a', 'b'].map((candidate) => ({ score: 1, candidate }));
    expect(alone.toReversed().sort(compareRows)).toEqual(alone);
  });
});

describe('aggregate', () => {
  const cohort = fc.integer({ min: 1, max: 25 }).chain((m) => {
    const draw = fc.array(value, { minLength: m, maxLength: m });
    const column = fc.record({
      proxy: fc.constant('p'),
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
      draws: fc.array(draw, { minLength: 1, maxLength: 4 }),
    });
    return fc.array(column, { minLength: 1, maxLength: 4 });
  });
  const kinds = fc.constantFrom('log-rank' as const, 'linear-rank' as const);

  function plain(columns: readonly ProxyColumn[], kind: string): number[] {
    const m = columns[0]!.draws[0]!.length;
    return Array.from({ length: m }, (_, i) =>
      columns.reduce((sum, { weight, draws }) => {
        const ranks = draws.map((draw) => plainRank(Array.from(draw), draw[i]!));
        const mean = ranks.reduce((a, b) => a + b, 0) / draws.length;
        return sum + weight * (kind === 'log-rank' ? Math.log(mean / m) : mean / m);
      }, 0),
    );
  }

  it('averages ranks before the logarithm', () => {
    const columns = [
      {
        proxy: 'p',
        weight: 2,
        draws: [
          [1, 2, 3, 4],
          [4, 3, 2, 5],
        ],
      },
    ];
    const mean = [2, 2, 2, 4];
    expect([...aggregate({ columns, kind: 'log-rank' })]).toEqual(mean.map((r) => 2 * Math.log(r / 4)));
    expect([...aggregate({ columns, kind: 'linear-rank' })]).toEqual(mean.map((r) => (2 * r) / 4));
  });

  it('is the plain definition', () => {
    fc.assert(
      fc.property(cohort, kinds, (columns, kind) => {
        expect([...aggregate({ columns, kind })]).toEqual(plain(columns, kind));
      }),
    );
  });

  it('does not change under increasing maps of a proxy, nor with the order of draws', () => {
    fc.assert(
      fc.property(cohort, kinds, (columns, kind) => {
        const warped = columns.map((column) => ({
          ...column,
          draws: column.draws
            .map((draw) => Array.from(ascendingRanks(draw), (r) => Math.exp(r / 9) - 5))
            .reverse(),
        }));
        expect(aggregate({ columns: warped, kind })).toEqual(aggregate({ columns, kind }));
      }),
    );
  });

  it('moves with the candidates when they are permuted', () => {
    fc.assert(
      fc.property(cohort, kinds, (columns, kind) => {
        const turned = columns.map((column) => ({
          ...column,
          draws: column.draws.map((draw) => Array.from(draw).reverse()),
        }));
        expect([...aggregate({ columns: turned, kind })].reverse()).toEqual([
          ...aggregate({ columns, kind }),
        ]);
      }),
    );
  });

  it('gives 0 to the best of all and refuses ragged columns', () => {
    const draws = [[1, 5, 3]];
    const columns = [
      { proxy: 'a', weight: 3, draws },
      { proxy: 'b', weight: 1, draws: [[0, 9, -Infinity]] },
    ];
    expect(Math.max(...aggregate({ columns, kind: 'log-rank' }))).toBe(0);
    expect(aggregate({ columns: [{ proxy: 'a', weight: 1, draws: [[]] }], kind: 'log-rank' })).toHaveLength(
      0,
    );
    expect(() => aggregate({ columns: [], kind: 'log-rank' })).toThrow(TerminalError);
    expect(() => aggregate({ columns: [{ proxy: 'a', weight: 1, draws: [] }], kind: 'log-rank' })).toThrow(
      TerminalError,
    );
    expect(() =>
      aggregate({ columns: [{ proxy: 'a', weight: 1, draws: [[1, 2], [1]] }], kind: 'log-rank' }),
    ).toThrow('a: a column of 1 values in a cohort of 2');
  });
});

describe('order', () => {
  it('puts high scores first and breaks ties by code unit', () => {
    expect([
      ...order({ scores: [1, 2, 2, NaN, -Infinity, 2], candidates: ['a', 'b', 'B', 'y', 'x', '|'] }),
    ]).toEqual([2, 1, 5, 0, 4, 3]);
    expect(() => order({ scores: [1], candidates: [] })).toThrow(TerminalError);
  });

  it('does not depend on the order that rows came in', () => {
    const rows = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3, unit: 'binary' }), value), {
      selector: ([text]) => text,
    });
    fc.assert(
      fc.property(rows, (all) => {
        expect(ranked([...all].reverse())).toEqual(ranked(all));
      }),
    );
  });

  function ranked(rows: readonly (readonly [string, number])[]): string[] {
    const candidates = rows.map(([text]) => text);
    return Array.from(
      order({ scores: rows.map(([, score]) => score), candidates }),
      (row) => candidates[row]!,
    );
  }
});

describe('an assembly in degenerate cohorts', () => {
  const { weights } = ASSEMBLIES.assembled;
  const names = Object.keys(weights) as (keyof typeof weights)[];
  const columnOf = (proxy: (typeof names)[number], values: readonly number[]): ProxyColumn => ({
    proxy,
    weight: weights[proxy],
    draws: [values],
  });
  const cohort = fc
    .integer({ min: 2, max: 25 })
    .chain((m) => fc.tuple(...names.map(() => fc.array(value, { minLength: m, maxLength: m }))));
  const constant = fc.constantFrom(0, 1, -Infinity, Infinity, NaN);

  it('a proxy that is the same for all, even infinite, changes no order', () => {
    fc.assert(
      fc.property(cohort, constant, fc.nat({ max: names.length - 1 }), (columns, same, place) => {
        const given = names.map((name, i) => columnOf(name, columns[i]!));
        const flat = given.map((column, i) =>
          i === place ? { ...column, draws: [columns[i]!.map(() => same)] } : column,
        );
        const without = aggregate({ columns: given.filter((_, i) => i !== place), kind: 'log-rank' });
        const scores = aggregate({ columns: flat, kind: 'log-rank' });
        const shift = scores[0]! - without[0]!;
        for (const [i, score] of scores.entries()) expect(score - without[i]!).toBeCloseTo(shift, 9);
      }),
    );
  });

  it('every score is finite, equal candidates have equal scores, and the better in everything has the higher', () => {
    fc.assert(
      fc.property(cohort, (columns) => {
        const scores = aggregate({
          columns: names.map((name, i) => columnOf(name, columns[i]!)),
          kind: 'log-rank',
        });
        const clean = columns.map((column) => column.map((v) => (Number.isNaN(v) ? -Infinity : v)));
        for (const i of scores.keys())
          for (const j of scores.keys()) {
            expect(Number.isFinite(scores[i])).toBe(true);
            if (clean.every((column) => column[i]! >= column[j]!))
              expect(scores[i]).toBeGreaterThanOrEqual(scores[j]! - 1e-12);
            if (clean.every((column) => column[i] === column[j])) expect(scores[i]).toBe(scores[j]);
          }
      }),
    );
  });
});
