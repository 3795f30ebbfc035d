// Tests that a score has another address where anything differs that it depends on, in every family, and the same
// address where nothing does.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { familyScope, latencyScope, scoreKey, scoreScope } from '../../core/address.js';
import { GRAPH_VERSION } from '../../core/engine-version.js';
import { FAMILY_NAMES, type FamilyName, isScored, readsLabels } from '../../core/specification/families.js';
import { checkSpecification, type Specification } from '../../core/specification/specification.js';
import { canonicalJson } from '../../core/specification/specification-digest.js';

const ENGINE = 'block-8.ort-1.30.0';
const families = FAMILY_NAMES.filter(isScored);
const specificationOf = (space: string) =>
  checkSpecification({ value: { name: 'a', space, aggregation: 'log-rank' }, source: 'test' });
const given = specificationOf('nas-bench-201');
const images = { digest: 'a'.repeat(64), shape: [64, 3, 32, 32] };
const own = { name: 'own-x', needs: [], code: 'export default {}', digest: '0'.repeat(64) };
const fidelityOf = (change: Partial<Specification['fidelity']>) => ({
  fidelity: { ...given.fidelity, ...change },
});
const executionOf = (change: Partial<Specification['execution']>) => ({
  execution: { ...given.execution, ...change },
});

const scopesOf = (change: object): ReadonlyMap<FamilyName, string> => {
  const specification = { ...given, ...change } as Specification;
  return new Map(families.map((family) => [family, familyScope({ specification, family, engine: ENGINE })]));
};
const base = scopesOf({});

describe('what a score depends on', () => {
  const changes: Readonly<Record<string, object>> = {
    seed: { seed: given.seed + 1 },
    space: { space: specificationOf('darts').space },
    'number of images': fidelityOf({ batch: given.fidelity.batch + 1 }),
    resolution: fidelityOf({ resolution: 64 }),
    weights: fidelityOf({ weights: given.fidelity.weights === 'shared' ? 'candidate' : 'shared' }),
    features: fidelityOf({ features: given.fidelity.features === 'blocks' ? 'stages' : 'blocks' }),
    device: executionOf({ device: 'cuda' }),
    images: { input: { images } },
    'other images': { input: { images: { ...images, digest: 'b'.repeat(64) } } },
  };

  test.each(Object.entries(changes))('%s: every family moves', (_, change) => {
    const moved = scopesOf(change);
    for (const family of families) expect(moved.get(family), family).not.toBe(base.get(family));
  });

  test('no two of these are the same', () => {
    const all = [{}, ...Object.values(changes)].flatMap((change) => [...scopesOf(change).values()]);
    expect(new Set(all).size).toBe(all.length);
  });

  test('the resolution at which files were counted, where it is not that of the score', () => {
    const files = (counted: number, resolution: number) =>
      scopesOf({
        space: { kind: 'onnx', resolution: counted, networks: [] },
        ...fidelityOf({ resolution }),
      });
    for (const family of families) {
      expect(files(32, 64).get(family), family).not.toBe(files(64, 64).get(family));
      expect(files(32, 64).get(family), family).not.toBe(files(16, 64).get(family));
    }
  });

  test('labels, for families that read them alone, and modules, for own proxies alone', () => {
    const withImages = scopesOf({ input: { images } });
    const withLabels = scopesOf({ input: { images, labels: [1, 2] } });
    const withModule = scopesOf({ ownProxies: [own] });
    const moved = (scopes: typeof base, from: typeof base) =>
      families.filter((family) => scopes.get(family) !== from.get(family));
    expect(moved(withLabels, withImages)).toEqual(families.filter(readsLabels));
    expect(families.filter(readsLabels)).toContain('grad-norm');
    expect(moved(withModule, base)).toEqual(['own']);
    const another = scopesOf({ ownProxies: [{ ...own, digest: '1'.repeat(64) }] });
    expect(moved(another, withModule)).toEqual(['own']);
  });
});

test('what no score depends on moves none', () => {
  for (const change of [
    { name: 'b' },
    fidelityOf({ draws: given.fidelity.draws + 1 }),
    executionOf({ shardSize: 7, window: 3 }),
    { cohort: 'written' },
    { strategy: { kind: 'random', samples: 3 } },
    { aggregation: { ...given.aggregation, kind: 'linear-rank' } },
  ])
    expect(scopesOf(change)).toEqual(base);
});

test('families of features and blocks have the version of graphs in spaces of graphs, and no other has', () => {
  const specification = specificationOf('darts');
  const { draws: _, ...fidelity } = specification.fidelity;
  const digestOf = (family: string, graphs: object) => {
    const { space, seed, execution } = specification;
    const parts = {
      space,
      ...fidelity,
      seed,
      device: execution.device,
      family,
      runtime: 'ort-1.30.0',
      ...graphs,
    };
    return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
  };
  const scopeOf = (family: FamilyName, part: string) =>
    familyScope({ specification, family, engine: `${ENGINE}+${part}` });
  for (const family of ['residual', 'mean-expressivity', 'sampled-progressivity'] as const)
    expect(scopeOf(family, `${family}-1`)).toBe(digestOf(`${family}-1`, { graphs: GRAPH_VERSION }));
  for (const family of ['zen', 'l2-norm'] as const)
    expect(scopeOf(family, `${family}-1`)).toBe(digestOf(`${family}-1`, {}));
});

test('az-nas is at the address of the engine; keys are of one candidate and draw', () => {
  expect(base.get('az-nas')).toBe(scoreScope(given, ENGINE));
  expect(scoreKey({ candidate: 'a', draw: 1 })).not.toBe(scoreKey({ candidate: 'a', draw: 11 }));
});

test('latencies of another space, image, machine or engine are others', () => {
  const { space } = given;
  const of = { space, resolution: 32, machine: 'a', engine: ENGINE };
  const scopes = [
    of,
    { ...of, space: specificationOf('darts').space },
    { ...of, resolution: 64 },
    { ...of, machine: 'b' },
    { ...of, engine: 'block-9.ort-1.30.0' },
  ].map(latencyScope);
  expect(new Set(scopes).size).toBe(scopes.length);
  // The families of a version do not matter, as nothing of them is measured.
  expect(latencyScope({ ...of, engine: `${ENGINE}+residual-1` })).toBe(scopes[0]);
});
