// Tests the agreement of a ranking with known accuracies against its definitions, computed here in another
// way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedRow, rankingAgreement } from '../../../core/ranking/agreement.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { exponentialNdcg, ndcg } from '../../../core/ranking/quality.js';

const row = fc.record({
  score: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Number.NEGATIVE_INFINITY)),
  accuracy: fc.integer({ min: 50, max: 95 }),
  unit: fc.integer({ min: 0, max: 40 }).map(String),
  flops: fc.integer({ min: 1, max: 30 }),
});
const rows = fc.array(row, { minLength: 2, maxLength: 150, size: 'max' });

function unitsOf(all: readonly JudgedRow[]) {
  return [...new Set(all.map(({ unit }) => unit))].map((unit) => {
    const members = all.filter((each) => each.unit === unit);
    return {
      score: Math.min(...members.map(({ score }) => score)),
      accuracy: members.reduce((sum, { accuracy }) => sum + accuracy, 0) / members.length,
    };
  });
}

describe('rankingAgreement', () => {
  it('agrees with the definitions for any rows', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const units = unitsOf(all);
        fc.pre(units.length > 1);
        const found = rankingAgreement(all);
        expect(found.written.candidates).toBe(all.length);
        expect(found.classes.candidates).toBe(units.length);
        const median = units.map(({ accuracy }) => accuracy).toSorted((a, b) => a - b)[units.length >> 1]!;
        const better = units.filter(({ accuracy }) => accuracy >= median);
        expect(found.betterHalf?.candidates ?? 1).toBe(better.length);
        if (better.length > 1)
          expect(found.betterHalf!.kendall).toEqual(
            kendall(
              better.map(({ score }) => score),
              better.map(({ accuracy }) => accuracy),
            ),
          );
        // Every written candidate has a place of its own, also beside others of its class.
        const inOrder = all.toSorted((a, b) => (a.score < b.score ? 1 : a.score > b.score ? -1 : 0));
        expect(found.ndcg).toEqual(ndcg(inOrder.map(({ accuracy }) => accuracy)));
        const best = Math.max(...all.map(({ accuracy }) => accuracy));
        for (const { best: found_, regret } of found.top) expect(regret).toBe(best - found_);
        expect(found.recall[2]).toEqual({
          first: 200,
          found: Math.min(50, units.length),
          of: Math.min(50, units.length),
        });
        const counts = found.recall.map((each) => each.found);
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
    );
  });

  it('does not depend on the order of rows of different scores', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { minLength: 2, maxLength: 60, size: 'max', selector: ({ score }) => score }),
        (all) => {
          const single = all.map((each, i) => ({ ...each, unit: String(i) }));
          expect(rankingAgreement(single.toReversed())).toEqual(rankingAgreement(single));
        },
      ),
    );
  });

  it('has no coefficients of classes where all rows are one class', () => {
    const all = [1, 2, 3].map((score) => ({ score, accuracy: score, unit: 'one', flops: 1 }));
    const found = rankingAgreement(all);
    expect(found.written).toEqual({ candidates: 3, kendall: 1, spearman: 1 });
    expect(found.classes).toEqual({ candidates: 1, kendall: Number.NaN, spearman: Number.NaN });
    expect(found.betterHalf).toBeNull();
  });

  it('is perfect for the order of accuracy, within fifths of FLOPs too', () => {
    const all = Array.from({ length: 300 }, (_, i) => ({
      score: i,
      accuracy: 50 + i / 10,
      unit: String(i),
      flops: (i * 7919) % 300,
    }));
    const found = rankingAgreement(all);
    expect(found.classes).toEqual({ candidates: 300, kendall: 1, spearman: 1 });
    expect(found.betterHalf).toEqual({ candidates: 150, kendall: 1, spearman: 1 });
    expect(found.kendallInFlopsFifths).toBe(1);
    expect(found.recall.map((each) => each.found)).toEqual([50, 50, 50]);
    expect([found.ndcg, found.exponentialNdcg]).toEqual([1, 1]);
    expect(found.top.map(({ regret }) => regret)).toEqual([0, 0, 0]);
    const byFlops = rankingAgreement(all.map((each) => ({ ...each, score: each.flops })));
    expect(Math.abs(byFlops.kendallInFlopsFifths!)).toBeLessThan(0.5);
  });

  it('is the mean tau within fifths of the classes by FLOPs, and the most accurate among the first', () => {
    const distinct = fc.uniqueArray(
      fc.record({
        score: fc.integer({ min: 0, max: 1e6 }),
        accuracy: fc.integer({ min: 0, max: 1e6 }),
        flops: fc.integer({ min: 1, max: 1e6 }),
      }),
      {
        minLength: 60,
        maxLength: 130,
        size: 'max',
        comparator: (a, b) => a.score === b.score || a.accuracy === b.accuracy || a.flops === b.flops,
      },
    );
    fc.assert(
      fc.property(distinct, (all) => {
        const found = rankingAgreement(all.map((each, i) => ({ ...each, unit: String(i) })));
        const byFlops = all.toSorted((a, b) => a.flops - b.flops);
        const taus = [0, 1, 2, 3, 4].map((fifth) => {
          const edges = [fifth, fifth + 1].map((edge) => Math.round((edge * all.length) / 5));
          const rows = byFlops.slice(...edges);
          return kendall(
            rows.map(({ score }) => score),
            rows.map(({ accuracy }) => accuracy),
          );
        });
        expect(found.kendallInFlopsFifths).toBeCloseTo(taus.reduce((sum, tau) => sum + tau) / 5, 12);
        const best = all.toSorted((a, b) => b.accuracy - a.accuracy).slice(0, 50);
        const ranked = all.toSorted((a, b) => b.score - a.score);
        expect(found.recall.map((each) => each.found)).toEqual(
          [50, 100, 200].map((first) => ranked.slice(0, first).filter((row) => best.includes(row)).length),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('counts the least FLOPs of a class, and is silent where those of one member are unknown', () => {
    const all = Array.from({ length: 24 }, (_, i) => ({
      score: (i * 7) % 24,
      accuracy: (i * 5) % 24,
      unit: String(i),
      flops: i + 1,
    }));
    // The second member of each class has the score and the accuracy of the first, and more FLOPs.
    const twice = [...all, ...all.map((each) => ({ ...each, flops: 100 * (25 - each.flops) }))];
    const expected = rankingAgreement(all).kendallInFlopsFifths;
    expect(expected).not.toBeNull();
    expect(rankingAgreement(twice).kendallInFlopsFifths).toBe(expected);
    const unknown = [...all, { ...all[3]!, flops: undefined }];
    expect(rankingAgreement(unknown).kendallInFlopsFifths).toBeNull();
    expect(rankingAgreement(all.slice(0, 9)).kendallInFlopsFifths).toBeNull();
    expect(rankingAgreement(all.slice(0, 10)).kendallInFlopsFifths).not.toBeNull();
  });

  it('has nothing to say among networks of similar cost where costs are unknown or networks few', () => {
    const all = [1, 2, 3].map((score) => ({ score, accuracy: score, unit: String(score) }));
    expect(rankingAgreement(all).kendallInFlopsFifths).toBeNull();
  });
});

describe('exponentialNdcg', () => {
  it('is not defined where a value is negative, whose gain would be', () => {
    expect(exponentialNdcg([-0.9, -0.8, -0.6])).toBeNaN();
    expect(exponentialNdcg([0, 1])).toBeLessThan(1);
    expect(exponentialNdcg([0, 1e-20])).toBe(1);
  });

  it('agrees with a worked example', () => {
    // Gains 2^a - 1 are 3, 0, 7; discounts are log2 of 2, 3, 4.
    expect(exponentialNdcg([2, 0, 3])).toBeCloseTo((3 + 7 / 2) / (7 + 3 / Math.log2(3)), 12);
  });

  it('is the same for accuracies in percent and as shares', () => {
    const accuracies = [93.25, 94.5, 71, 94.25, 10];
    const shares = accuracies.map((accuracy) => accuracy / 100);
    expect(exponentialNdcg(accuracies)).toBeLessThan(0.95);
    expect(exponentialNdcg(shares)).toBeCloseTo(exponentialNdcg(accuracies), 12);
  });

  it('is finite for any accuracies and at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 1 }), (values) => {
        fc.pre(values.some((value) => value > 0));
        const found = exponentialNdcg(values);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
