// Tests that checks of two fields see the fidelities of all rounds of a screening, and every strategy that ranks cohorts of
// its own choice.
import { describe, expect, it } from 'vitest';
import type { SpecError } from '../../../core/errors.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const DIGEST = 'a'.repeat(64);

/** The paths at fault, or undefined for a valid specification. */
function refused(more: object): readonly string[] | undefined {
  try {
    const value = { name: 'a', space: 'nas-bench-201', ...more };
    checkAgainstSpace({ specification: checkSpecification({ value, source: 'test' }), space: nasBench201 });
    return undefined;
  } catch (error) {
    return (error as SpecError).issues.map(({ path }) => path);
  }
}

const screening = (...fidelities: readonly object[]) => ({
  strategy: {
    kind: 'screening',
    source: 'exhaustive',
    rounds: fidelities.map((fidelity, i) =>
      i === fidelities.length - 1 ? { fidelity } : { fidelity, keep: 0.5 },
    ),
  },
});
const SINGLE = { draws: 1, batch: 1 };
const SEVERAL = { draws: 1, batch: 2 };

describe('a proxy that compares images', () => {
  it.each([
    ['the only fidelity', { fidelity: SINGLE }, { fidelity: SEVERAL }],
    ['the first round', screening(SINGLE, SEVERAL), screening(SEVERAL, SEVERAL)],
    ['the last round', screening(SEVERAL, SINGLE), screening(SEVERAL, SEVERAL)],
  ])('needs several in %s', (_, bad, good) => {
    const proxies = ['naswot', 'trainability'];
    expect(refused({ proxies, ...bad })).toEqual(['proxies']);
    expect(refused({ proxies, ...good })).toBeUndefined();
    expect(refused({ proxies: ['trainability'], ...bad })).toBeUndefined();
  });
});

describe('own images', () => {
  const imagesOf = (count: number) => ({
    input: { images: { digest: DIGEST, shape: [count, 3, 32, 32] } },
    aggregation: 'log-rank',
  });

  it.each([
    ['the only fidelity', { fidelity: { draws: 3, batch: 4 } }],
    ['the first round', screening({ draws: 3, batch: 4 }, SEVERAL)],
    ['the last round', screening(SEVERAL, { draws: 3, batch: 4 })],
  ])('are enough for all draws of %s', (_, more) => {
    expect(refused({ ...imagesOf(11), ...more })).toEqual(['input.images']);
    expect(refused({ ...imagesOf(12), ...more })).toBeUndefined();
  });

  it('have no second batch', () => {
    const own = imagesOf(64);
    expect(refused({ ...own, aggregation: undefined, proxies: ['zico'] })).toEqual(['proxies']);
    expect(refused({ ...own, aggregation: undefined, proxies: ['snip'] })).toBeUndefined();
    expect(refused({ proxies: ['zico'] })).toBeUndefined();
  });

  it('have labels below the number of classes', () => {
    const labelled = (label: number) => {
      const { input } = imagesOf(24);
      return { input: { ...input, labels: Array(24).fill(label) }, proxies: ['snip'], fidelity: SEVERAL };
    };
    expect(refused(labelled(9))).toBeUndefined();
    expect(refused(labelled(10))).toEqual(['input.labels.0']);
  });
});

describe('a calibration', () => {
  const aggregation = {
    kind: 'log-rank',
    calibration: { digest: DIGEST, dataset: 'cifar10', labels: 20, method: 'weights', space: 'same' },
  };

  it.each<[string, object]>([
    ['screening', screening(SEVERAL, SEVERAL)],
    ['evolution', { strategy: { kind: 'evolution', population: 4, budget: 8 } }],
    ['evolution, as a word', { strategy: 'evolution' }],
  ])('is no ranking for %s, which ranks other cohorts', (_, strategy) => {
    const proxies = ['trainability', 'complexity'];
    expect(refused({ aggregation, proxies, ...strategy })).toContain('aggregation');
    expect(refused({ proxies, ...strategy }) ?? []).not.toContain('aggregation');
    expect(refused({ aggregation, proxies, strategy: { kind: 'random', samples: 9 } })).toBeUndefined();
  });
});
