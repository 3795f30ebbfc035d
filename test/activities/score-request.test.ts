// Tests what a worker that runs no code of specifications does with own proxies.
import { expect, test } from 'vitest';
import { factOf, requestOf } from '../../activities/score-request.js';
import { parseSpecification } from '../../core/specification/specification.js';

const specification = parseSpecification({
  text: JSON.stringify({
    name: 'own',
    space: 'nas-bench-201',
    strategy: { kind: 'random', samples: 2 },
  }),
  source: 'test',
});
const own = [{ name: 'own-x', needs: [], code: 'export default {}', digest: '0'.repeat(64) }];
const asked = { candidate: 'a', draws: 1, families: ['own'] } as never;

test('it refuses the search, in place of setting every candidate aside', () => {
  expect(() => requestOf({ specification: { ...specification, ownProxies: own as never }, asked })).toThrow(
    expect.objectContaining({ name: 'SpecError', field: 'proxies' }),
  );
});

test('a search without own proxies is asked for as before', () => {
  const usual = { candidate: 'a', draws: 1, families: ['az-nas'] } as never;
  expect(requestOf({ specification, asked: usual })).not.toHaveProperty('own');
});

test('an answer without what the search reads is no fact, as it would stay for ever', () => {
  const fact = (family: 'az-nas' | 'own', proxies: Record<string, number>, required: readonly string[]) =>
    factOf({ family, proxies, required });
  const proxies = { expressivity: -Infinity, 'own-y': 2 };
  expect(fact('az-nas', proxies, ['expressivity'])).toEqual({ expressivity: -Infinity });
  expect(() => fact('az-nas', proxies, ['expressivity', 'complexity'])).toThrow('complexity');
  expect(fact('own', proxies, ['own-y'])).toEqual({ 'own-y': 2 });
  expect(() => fact('own', proxies, ['own-x'])).toThrow('the scorer has not computed own-x');
});

test('labels go with every request of a family that reads them, whatever other families are in it', () => {
  const input = { images: { digest: '0'.repeat(64), shape: [2, 3, 32, 32] }, labels: [1, 2] };
  const labelsOf = (...families: string[]) =>
    requestOf({
      specification: { ...specification, input },
      asked: { candidate: 'a', draws: [0], families } as never,
    }).labels;
  expect(labelsOf('az-nas', 'grad-norm')).toEqual([1, 2]);
  expect(labelsOf('grad-norm')).toEqual([1, 2]);
  expect(labelsOf('az-nas', 'residual')).toBeUndefined();
});

test('the fact of a family has its proxies alone', () => {
  const proxies = { expressivity: 1, trainability: 2, residual: 3, 'own-x': 4, 'grad-norm': 5 };
  const required = ['trainability'];
  expect(factOf({ family: 'az-nas', proxies, required })).toEqual({ expressivity: 1, trainability: 2 });
  expect(factOf({ family: 'residual', proxies, required: [] })).toEqual({ residual: 3 });
  expect(factOf({ family: 'own', proxies, required: [] })).toEqual({ 'own-x': 4 });
  expect(() => factOf({ family: 'zen', proxies, required: [] })).toThrow('zen');
});
