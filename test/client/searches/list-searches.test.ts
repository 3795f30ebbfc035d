// Tests that lists of searches contain every search, and that only the pages that the reader needs are
// requested.
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { countSearches, listSearches } from '../../../client/searches/list-searches.js';
import { workflowIdOf } from '../../../core/contract/search-queues.js';

const SEARCHES = 450;

/**
 * A Temporal client with that many searches, every third of which is scoring; `asked` counts the runs that
 * were read.
 */
function fakeClient() {
  const asked = { queries: [] as string[], read: 0 };
  const workflow = {
    async *list({ query }: { query: string }) {
      asked.queries.push(query);
      for (let i = 0; i < SEARCHES; i++) {
        asked.read += 1;
        yield {
          workflowId: workflowIdOf(`s${i}`),
          status: { name: 'RUNNING' },
          startTime: new Date(0),
          memo: {
            name: i % 2 ? 'odd' : 'even',
            space: 'nas-bench-201',
            state: i % 3 ? 'ranking' : 'scoring',
          },
        };
      }
    },
    count: async () => ({ count: SEARCHES }),
  };
  return { client: { workflow } as unknown as Client, asked };
}

async function idsOf(rows: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of rows) ids.push(id);
  return ids;
}

test('every search is listed, however many there are', async () => {
  const { client } = fakeClient();
  const ids = await idsOf(listSearches({ client }));
  expect(new Set(ids).size).toBe(SEARCHES);
  expect(await countSearches({ client })).toBe(SEARCHES);
});

test('a reader who leaves early reads no more', async () => {
  const { client, asked } = fakeClient();
  for await (const { id } of listSearches({ client })) if (id === 's2') break;
  expect(asked.read).toBe(3);
});

test('phases and names are looked for among all, states in the query', async () => {
  const { client, asked } = fakeClient();
  expect(await idsOf(listSearches({ client, state: 'scoring' }))).toHaveLength(SEARCHES / 3);
  expect(await idsOf(listSearches({ client, name: 'odd', state: 'scoring' }))).toHaveLength(SEARCHES / 6);
  expect(await countSearches({ client, name: 'odd' })).toBeUndefined();
  for await (const _ of listSearches({ client, state: 'failed' })) break;
  expect(asked.queries.at(-1)).toContain('ExecutionStatus = "Failed"');
});
