// Tests how a specification carries proxies of one's own, and where their scores are.
import { expect, test } from 'vitest';
import { familyScopes, scoreScope } from '../../../core/address.js';
import type { SpecError } from '../../../core/errors.js';
import { scoredFamilies } from '../../../core/specification/families.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { specificationDigest } from '../../../core/specification/specification-digest.js';

const module = (digest = 'a') => ({
  name: 'own-mine',
  digest: digest.repeat(64),
  code: 'exports.default = {}',
  needs: ['weight-gradients', 'several-images'],
});
const written = (changes: object = {}) => ({
  name: 'a',
  space: 'nas-bench-201',
  proxies: ['complexity', 'own-mine'],
  ownProxies: [module()],
  ...changes,
});
const check = (value: object) => checkSpecification({ value, source: 's' });
const fields = (value: object) => {
  try {
    check(value);
    return [];
  } catch (error) {
    return (error as SpecError).issues.map(({ path }) => path);
  }
};

test('its name stands among the proxies with a weight, and a specification is answered unchanged', () => {
  const specification = check(written({ aggregation: { weights: { 'own-mine': 3 } } }));
  expect(specification.proxies).toEqual(['complexity', 'own-mine']);
  expect(specification.aggregation.weights).toEqual({ complexity: 1, 'own-mine': 3 });
  expect(scoredFamilies(specification.proxies)).toEqual(['az-nas', 'own']);
  expect(check(structuredClone(specification))).toEqual(specification);
});

test('a search may have own proxies alone, and without any the form is as it was', () => {
  const alone = check(written({ proxies: ['own-mine'] }));
  expect(alone.proxies).toEqual(['own-mine']);
  expect(check(structuredClone(alone))).toEqual(alone);
  expect(check({ name: 'a', space: 'nas-bench-201' })).not.toHaveProperty('ownProxies');
});

test('the code is part of the address of its own scores, and of no others', () => {
  const [a, b] = [check(written()), check(written({ ownProxies: [module('b')] }))];
  expect(familyScopes(a)!.own).not.toBe(familyScopes(b)!.own);
  expect(scoreScope(a)).toBe(scoreScope(b));
  expect(scoreScope(a)).toBe(scoreScope(check(written({ proxies: ['complexity'], ownProxies: undefined }))));
  const digest = (of: typeof a) => specificationDigest(of, { inputs: {} });
  expect(digest(a)).not.toBe(digest(b));
});

test('what it needs is checked like the needs of the others', () => {
  expect(fields(written({ fidelity: { batch: 1 } }))).toEqual(['proxies']);
  expect(fields(written({ execution: { device: 'cuda' } }))).toEqual(['proxies']);
  expect(fields(written({ ownProxies: [{ ...module(), name: 'mine' }] }))).not.toEqual([]);
  expect(fields(written({ aggregation: 'assembled' }))).toContain('aggregation');
  expect(fields({ ...written(), ownProxies: undefined })).toEqual(['proxies.1']);
});

test('beside own proxies alone, a weight of another proxy would have no effect', () => {
  const weights = { 'own-mine': 2, trainability: 2 };
  expect(fields(written({ proxies: ['own-mine'], aggregation: { weights } }))).toEqual([
    'aggregation.weights.trainability',
  ]);
});

test('a list without modules, and a form that nobody writes, are refused where they would be ignored', () => {
  for (const ownProxies of [[], { list: [], only: true }, { list: [module()], only: false }])
    expect(fields({ name: 'a', space: 'nas-bench-201', ownProxies })).toEqual(['ownProxies']);
  // What an earlier release accepted can still be read.
  const value = { name: 'a', space: 'nas-bench-201', ownProxies: [] };
  expect(() => checkSpecification({ value, source: 's', origin: 'command' })).not.toThrow();
});
