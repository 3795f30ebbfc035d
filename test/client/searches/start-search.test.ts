// Tests with which priority a search is started, and when a finished one is kept.
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { addressesOf } from '../../../activities/address-scores.js';
import { createSearchOptions, startSearch } from '../../../client/searches/start-search.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { createMemoryStore } from '../../../store/memory.js';

const store = createMemoryStore();
const specificationOf = (execution: object) =>
  checkSpecification({
    value: { name: 'test', space: 'nas-bench-201', proxies: ['residual', 'naswot'], execution },
    source: 'test',
  });

test.each([
  [{}, 3],
  [{ priority: 1 }, 1],
  [{ priority: 5 }, 5],
])('%j: Temporal gets priority %i, and searches of one name take turns', async (execution, priorityKey) => {
  const specification = specificationOf(execution);
  const { priority } = await createSearchOptions({ store, read: { specification, digest: 'd' } });
  expect(priority).toEqual({ priorityKey, fairnessKey: 'test' });
});

/** A server that has a finished search with this result. */
function serverWith(result: object): Client {
  const handle = {
    describe: async () => ({ status: { name: 'COMPLETED' }, memo: { digest: 'd' } }),
    result: async () => result,
  };
  const workflow = {
    getHandle: () => handle,
    start: async () => handle,
  };
  return { workflow, connection: {}, options: {} } as unknown as Client;
}

test('a finished search is kept if all its families have their present versions, else it runs again', async () => {
  const specification = specificationOf({});
  const { scopes, families } = addressesOf({ specifications: [specification] });
  expect(Object.keys(families![0]!).length).toBeGreaterThan(0);
  const older = families!.map((of) => Object.fromEntries(Object.keys(of).map((name) => [name, 'older'])));
  const how = async (result: object, whereFinished: 'keep' | 'again') => {
    const client = serverWith(result);
    const read = { specification, digest: 'd' };
    return (await startSearch({ client, store, id: 'a', read, whereFinished })).how;
  };
  expect(await how({ scopes, families }, 'keep')).toBe('finished');
  expect(await how({ scopes, families }, 'again')).toBe('started');
  expect(await how({ scopes, families: older }, 'keep')).toBe('started');
  expect(await how({ scopes: ['older'], families }, 'keep')).toBe('started');
});
