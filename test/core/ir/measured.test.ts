// Tests which features and blocks are measured, and which of them each proxy reads, for arbitrary stages.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FeatureChoice, type FeaturesOfProxies, planMeasuring } from '../../../core/ir/measured.js';

/** A stage may have no block, such as an identity; one of them has some. */
const lengthsOfStages = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 })
  .filter((lengths) => lengths.some((length) => length > 0));
const stages = lengthsOfStages.map((lengths) => {
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, n) => sum + n, 0) - 1);
  return { lengths, ends, count: ends.at(-1)! + 1 };
});
const features: fc.Arbitrary<FeaturesOfProxies> = fc.record({
  expressivity: fc.constantFrom('blocks', 'stages'),
  progressivity: fc.constantFrom('blocks', 'stages'),
  trainability: fc.constantFrom('blocks', 'stages', 'stage-edges'),
});

it('reads of what is measured exactly what is asked for', () => {
  fc.assert(
    fc.property(stages, features, ({ ends, count, lengths }, asked) => {
      const { isMeasured, isRead, reads } = planMeasuring({ features: asked, count, ends });
      const measured = isMeasured.flatMap((is, block) => (is ? [block] : []));
      const all = Array.from({ length: count }, (_, block) => block);
      const firsts = ends.flatMap((end, i) => (lengths[i]! > 0 ? [end - lengths[i]! + 1] : []));
      const blocksOf = {
        blocks: all,
        stages: all.filter((block) => ends.includes(block)),
        'stage-edges': all.filter((block) => ends.includes(block) || firsts.includes(block)),
      };
      expect(reads!.expressivity[0]).toBe(0);
      for (const name of ['expressivity', 'progressivity'] as const)
        expect(reads![name].slice(1).map((feature) => measured[feature - 1])).toEqual(blocksOf[asked[name]]);
      expect(reads!.trainability.map((block) => measured[block])).toEqual(blocksOf[asked.trainability]);
      const choices: readonly (FeatureChoice | 'stage-edges')[] = Object.values(asked);
      const wanted = choices.flatMap((choice) => blocksOf[choice]);
      expect(measured).toEqual(all.filter((block) => wanted.includes(block)));
      const entropies = [...blocksOf[asked.expressivity], ...blocksOf[asked.progressivity]];
      expect(isRead).toEqual(all.map((block) => entropies.includes(block)));
    }),
  );
});

it('the mean counts the feature before a stage without a block once more', () => {
  fc.assert(
    fc.property(
      stages,
      fc.constantFrom('stages' as const, 'blocks' as const),
      ({ ends, count, lengths }, choice) => {
        const by = { expressivity: choice, progressivity: 'blocks', trainability: 'stage-edges' } as const;
        for (const features of [choice, by]) {
          const { isMeasured, reads } = planMeasuring({ features, count, ends });
          if (choice === 'blocks' || !lengths.includes(0)) {
            expect(reads?.averaged).toBeUndefined();
            continue;
          }
          // The number of blocks before each measured feature.
          const at = [0, ...isMeasured.flatMap((is, block) => (is ? [block + 1] : []))];
          expect(reads!.averaged!.map((feature) => at[feature])).toEqual([0, ...ends.map((end) => end + 1)]);
        }
      },
    ),
  );
});

it('a word measures what it says and lets every proxy read all of it', () => {
  const of = { count: 4, ends: [1, 3] };
  const all = [true, true, true, true];
  expect(planMeasuring({ ...of, features: 'blocks' })).toEqual({ isMeasured: all, isRead: all });
  const ends = [false, true, false, true];
  expect(planMeasuring({ ...of, features: 'stages' })).toEqual({ isMeasured: ends, isRead: ends });
});

it('reads every block of a network without stages', () => {
  const asked = { expressivity: 'stages', progressivity: 'stages', trainability: 'stage-edges' } as const;
  const { isMeasured, reads } = planMeasuring({ count: 2, ends: undefined, features: asked });
  expect(isMeasured).toEqual([true, true]);
  expect(reads).toEqual({ expressivity: [0, 1, 2], progressivity: [0, 1, 2], trainability: [0, 1] });
});
