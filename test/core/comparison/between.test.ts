// Tests what is compared of two searches: the candidates, or the classes, that both ranked.
import { describe, expect, it } from 'vitest';
import { betweenSearches } from '../../../core/comparison/between.js';
import { rankCohort, scoresOf } from '../../../core/comparison/cohort.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { noisyCohort as cohort } from '../../support/noisy-cohort.js';

describe('betweenSearches', () => {
  it('looks at the candidates that both ranked', () => {
    const a = rankCohort(cohort({ m: 40 }));
    expect(betweenSearches(a, { ...a, id: 'two' }, ['seed'])).toMatchObject({
      searches: ['one', 'two'],
      candidates: 40,
      ranked: [40, 40],
      kendall: 1,
      shared: [
        { k: 1, share: 1 },
        { k: 10, share: 1 },
      ],
    });
    // Candidates of which two each are of one class, beside their classes.
    const classOf = (unit: string) => unit.replace(/ of two$/, '');
    const twice = rankCohort(cohort({ m: 80 }));
    const units = a.units.flatMap((unit) => [unit, `${unit} of two`]);
    const written = { ...twice, units, unitsAre: 'candidates' as const, classOf };
    const classes = { ...a, unitsAre: 'classes' as const, classOf };
    // The first of a class counts.
    const tau = kendall(
      scoresOf(written).filter((_, at) => at % 2 === 0),
      scoresOf(classes),
    );
    for (const [one, other] of [
      [written, classes],
      [classes, written],
    ] as const)
      expect(betweenSearches(one, other, ['cohort'])).toMatchObject({ candidates: 40, kendall: tau });
    expect(betweenSearches(written, written, [])).toMatchObject({ candidates: 80, kendall: 1 });
    const none = { ...a, units: a.units.map((unit) => `other ${unit}`) };
    expect(betweenSearches(a, none, [])).toMatchObject({ candidates: 0, kendall: null, shared: [] });
  });

  it('says nothing of the first ten where there are no more', () => {
    const shared = (m: number) => {
      const a = rankCohort(cohort({ m }));
      return betweenSearches(a, a, []).shared.map(({ k }) => k);
    };
    expect([shared(10), shared(11)]).toEqual([[1], [1, 10]]);
  });
});
