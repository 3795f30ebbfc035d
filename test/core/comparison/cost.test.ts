// Tests the costs of proxies by times that are given, and Pareto-optimality against its definition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsOf, millisecondsOf, paretoOptimal, setsToTime } from '../../../core/comparison/cost.js';

describe('setsToTime', () => {
  it('has all families, each alone and all but each, once', () => {
    const sets = (proxies: Parameters<typeof setsToTime>[0]) => setsToTime(proxies).map((set) => set.join());
    expect(sets(['expressivity', 'complexity'])).toEqual(['az-nas']);
    expect(sets(['snip', 'grad-norm', 'flops'])).toEqual(['snip,grad-norm', 'snip', 'grad-norm']);
    expect(sets(['snip', 'grad-norm', 'naswot'])).toHaveLength(7);
    expect(sets(['flops', 'parameters'])).toEqual([]);
  });
});

describe('costsOf', () => {
  const timed = [
    { families: ['snip', 'grad-norm', 'naswot'], milliseconds: [12, 30, 11] },
    { families: ['snip'], milliseconds: [8, 9, 7] },
    { families: ['grad-norm'], milliseconds: [8, 20, 9] },
    { families: ['naswot'], milliseconds: [4, 3, 5] },
    { families: ['grad-norm', 'naswot'], milliseconds: [11.5, 29, 12] },
    { families: ['snip', 'naswot'], milliseconds: [11, 29.5, 10] },
    { families: ['snip', 'grad-norm'], milliseconds: [9, 26, 8] },
  ] as const;
  const costs = costsOf(['snip', 'grad-norm', 'naswot'], timed)!;

  it('says what a family costs alone, and what it adds where it shares a pass', () => {
    expect(costs.together).toBe(12);
    expect(costs.candidates).toBe(3);
    expect(costs.families.map(({ family, alone, added }) => [family, alone, added])).toEqual([
      ['snip', 8, 0.5],
      ['grad-norm', 9, 1],
      ['naswot', 4, 3],
    ]);
  });

  it('is never negative, and all of the cost where there is one family', () => {
    const noisy = [
      { families: ['az-nas', 'naswot'], milliseconds: [5, 7] },
      { families: ['az-nas'], milliseconds: [6, 9] },
      { families: ['naswot'], milliseconds: [1, 1] },
    ] as const;
    const found = costsOf(['trainability', 'complexity', 'naswot'], noisy)!.families;
    expect(found.map(({ added }) => added)).toEqual([5, 0]);
    expect(found[0]!.proxies).toEqual(['trainability', 'complexity']);
    const one = costsOf(['trainability'], [{ families: ['az-nas'], milliseconds: [6, 9] }])!;
    expect(one).toMatchObject({ together: 7.5, families: [{ alone: 7.5, added: 7.5 }] });
    // The machine was slower while `naswot` was timed alone and in turns with both.
    const slow = [...noisy.slice(0, 2), { ...noisy[2], milliseconds: [9, 11], beside: [12, 20] }] as const;
    expect(costsOf(['trainability', 'naswot'], slow)!.families.map(({ added }) => added)).toEqual([6, 0]);
    // The machine had other work while both ran, and `naswot` is counted in no time.
    const busy = [
      noisy[0],
      noisy[1],
      { ...noisy[1], families: ['naswot'], milliseconds: [0.25, 0.75] },
    ] as const;
    const counted = costsOf(
      ['trainability', 'naswot'],
      [busy[0], { ...busy[1], beside: [90, 70] }, busy[2]],
    )!;
    expect(counted.families.map(({ alone, added }) => [alone, added])).toEqual([
      [7.5, 5.5],
      [0.5, 0.5],
    ]);
    expect(costsOf(['flops'], [])).toBeNull();
    expect(costsOf(['snip'], [])).toBeNull();
  });

  it('is what a ranking needs: all, a family, or nothing', () => {
    const of = (name: string, kind: 'aggregation' | 'proxy' | 'cost') =>
      millisecondsOf({ name, kind }, costs);
    expect(of('this ranking', 'aggregation')).toBe(12);
    expect(of('naswot', 'proxy')).toBe(4);
    expect(of('flops', 'cost')).toBe(0);
    expect(millisecondsOf({ name: 'naswot', kind: 'proxy' }, null)).toBeNull();
  });

  it('is nothing for complexity, which is FLOPs, though its family is measured', () => {
    const found = costsOf(['trainability', 'complexity'], [{ families: ['az-nas'], milliseconds: [6, 9] }])!;
    const of = (name: string) => millisecondsOf({ name, kind: 'proxy' }, found);
    expect(['trainability', 'complexity'].map(of)).toEqual([7.5, 0]);
  });
});

it('a ranking is Pareto-optimal unless another one is at least as good in both and better in one', () => {
  const number = fc.option(fc.integer({ min: 0, max: 4 }));
  const rankings = fc.array(fc.record({ kendall: number, milliseconds: number }), { maxLength: 12 });
  fc.assert(
    fc.property(rankings, (all) => {
      const expected = all.map(({ kendall: tau, milliseconds: cost }) => {
        if (tau === null || cost === null) return null;
        const others = all.flatMap(({ kendall, milliseconds }) =>
          kendall === null || milliseconds === null
            ? []
            : [{ gain: kendall - tau, saved: cost - milliseconds }],
        );
        return others.every(({ gain, saved }) => gain < 0 || saved < 0 || (gain === 0 && saved === 0));
      });
      expect(paretoOptimal(all)).toEqual(expected);
    }),
  );
});
