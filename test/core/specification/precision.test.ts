// Tests `fidelity.precision`: which proxies it takes, and which scores share an address.
import { expect, test } from 'vitest';
import { familyScopes } from '../../../core/address.js';
import type { SpecError } from '../../../core/errors.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { specificationDigest } from '../../../core/specification/specification-digest.js';

const written = (precision: string | undefined, changes: object = {}) => ({
  name: 'a',
  space: 'nas-bench-201',
  proxies: ['grasp', 'zico', 'flops'],
  fidelity: { draws: 1, batch: 4, ...(precision ? { precision } : {}) },
  ...changes,
});
const check = (value: object) => checkSpecification({ value, source: 's' });
const issuesOf = (value: object) => {
  try {
    check(value);
    return [];
  } catch (error) {
    return (error as SpecError).issues;
  }
};

test('float32 is the default, and scores in it have the addresses that they have without it', () => {
  const [named, unnamed] = [check(written('float32')), check(written(undefined))];
  expect(named).toStrictEqual(unnamed);
  expect(specificationDigest(named, { inputs: {} })).toBe(specificationDigest(unnamed, { inputs: {} }));
});

test('scores in float64 have addresses of their own, and the specification can be used again', () => {
  const specification = check(written('float64'));
  expect(specification.fidelity).toEqual({ ...check(written(undefined)).fidelity, precision: 'float64' });
  const [single, double] = [familyScopes(check(written(undefined)))!, familyScopes(specification)!];
  for (const family of ['grasp', 'zico']) expect(double[family]).not.toBe(single[family]);
  expect(check(structuredClone(specification))).toEqual(specification);
});

test('proxies of features and blocks, and own proxies, are refused beside float64', () => {
  const message =
    'found "float64", in which trainability is not computed; leave it out, or compute only proxies of complexity, flops, parameters, synflow';
  const [issue] = issuesOf(written('float64', { proxies: ['trainability', 'zico'] }));
  expect(issue?.path).toBe('fidelity.precision');
  expect(issue?.message.slice(0, message.length)).toBe(message);
  const ownProxies = [{ name: 'own-mine', digest: 'a'.repeat(64), code: '', needs: ['weights'] }];
  const own = issuesOf(written('float64', { proxies: ['zico', 'own-mine'], ownProxies }));
  expect(own.map(({ path }) => path)).toEqual(['fidelity.precision']);
  // The proxies of the default ranking are among them.
  expect(issuesOf(written('float64', { proxies: undefined })).map(({ path }) => path)).toEqual([
    'fidelity.precision',
  ]);
});

test('a round of a screening is named', () => {
  const rounds = [
    { fidelity: { draws: 1, batch: 4 }, keep: 0.5 },
    { fidelity: { draws: 1, batch: 8, precision: 'float64' } },
  ];
  const strategy = { kind: 'screening', rounds };
  const value = { ...written(undefined), fidelity: undefined, strategy, proxies: ['trainability'] };
  expect(issuesOf(value).map(({ path }) => path)).toEqual(['strategy.rounds.1.fidelity.precision']);
  expect(issuesOf({ ...value, proxies: ['zico'] })).toEqual([]);
});

test('another word is refused', () => {
  expect(issuesOf(written('float16')).map(({ path, message }) => [path, message])).toEqual([
    ['fidelity.precision', 'unknown "float16"; did you mean "float32"? Known: float32, float64'],
  ]);
});
