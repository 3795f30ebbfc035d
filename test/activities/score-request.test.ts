// Tests what a worker that runs no code of specifications does with own proxies.
import { expect, test } from 'vitest';
import { requestOf } from '../../activities/score-request.js';
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
