// Tests that a search which is deleted while it is read is an unknown one, and which search is the last one.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { findFinishedSearch, findSearch } from '../../../client/searches/find-search.js';
import { workflowIdOf } from '../../../core/contract/search-queues.js';

/** A client that lists one search, and that finds it only until `deleted`. */
function fakeClient({ deleted }: { readonly deleted: 'before its description' | 'before its result' }) {
  const gone = () => {
    throw new WorkflowNotFoundError('not found', workflowIdOf('gone'), undefined);
  };
  const describe = async () =>
    deleted === 'before its result' ? { status: { name: 'COMPLETED' }, memo: {} } : gone();
  const workflow = {
    getHandle: (workflowId: string) => ({ workflowId, describe, result: async () => gone() }),
    async *list() {
      yield { workflowId: workflowIdOf('gone'), startTime: new Date(0) };
    },
  };
  return { workflow } as unknown as Client;
}

test.each(['@last', 'go', 'gone'])('between the list and its description: %s', async (id) => {
  const client = fakeClient({ deleted: 'before its description' });
  await expect(findSearch({ client, id })).rejects.toMatchObject({ code: 'not-found', field: 'id' });
});

test('between its description and its result', async () => {
  const client = fakeClient({ deleted: 'before its result' });
  await expect(findFinishedSearch({ client, id: 'gone', argument: 'compare' })).rejects.toMatchObject({
    code: 'not-found',
    message: 'compare: no search "gone" any more; it was deleted',
  });
});

test('@last is the search that began last, whatever runs on or ended later', async () => {
  const at = (second: number) => new Date(second * 1_000);
  // In the order of Temporal: what runs, and then what ended last.
  const runs = [
    { id: 'long', startTime: at(10) },
    { id: 'older', startTime: at(20), closeTime: at(90) },
    { id: 'newest', startTime: at(40), closeTime: at(50) },
    { id: 'oldest', startTime: at(1), closeTime: at(2) },
  ];
  const workflow = {
    getHandle: (workflowId: string) => ({ workflowId, describe: async () => ({}) }),
    async *list() {
      for (const { id, ...times } of runs) yield { workflowId: workflowIdOf(id), ...times };
    },
  };
  const client = { workflow } as unknown as Client;
  expect((await findSearch({ client, id: '@last' })).id).toBe('newest');
});
