// Tests that scores stay to which a run that is kept or a schedule refers, in all stages and families, and that young
// blobs stay whatever refers to them.
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { beforeEach, expect, test } from 'vitest';
import { addressesOf } from '../../../activities/address-scores.js';
import { collect, planCollection } from '../../../client/retention/collect.js';
import { SEARCH_WORKFLOW } from '../../../core/contract/search-queues.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { stagesOf } from '../../../core/specification/stages.js';
import { createMemoryStore } from '../../../store/memory.js';
import type { Store } from '../../../store/store.js';

const DAY = 86_400_000;
const specification = checkSpecification({
  value: {
    name: 'a',
    space: 'nas-bench-201',
    proxies: ['trainability', 'residual'],
    strategy: {
      kind: 'screening',
      source: 'exhaustive',
      rounds: [{ fidelity: { draws: 1, batch: 4 }, keep: 0.5 }, { fidelity: { draws: 1, batch: 8 } }],
    },
  },
  source: 'test',
});
const specifications = stagesOf(specification).map((stage) => stage.specification);
const { scopes, families } = addressesOf({ specifications });
const all = [...scopes, ...families!.flatMap((one) => Object.values(one))];
const memo = { specification, name: 'a' };

let store: Store;
beforeEach(async () => {
  store = createMemoryStore();
  for (const scope of [...all, 'stray']) await store.scores.put(scope, [{ key: 'c#0', proxies: { p: 1 } }]);
  await store.failures.put('a_1', [{ candidate: 'c', reason: 'crash', detail: '' }]);
  await store.blobs.put(new TextEncoder().encode('rows'));
});

interface Run {
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly result?: object;
}

const deleted: string[] = [];
/** A client of a Temporal that has these runs and perhaps a schedule, whose texts name nothing. */
function clientOf({ run, hasSchedule = false }: { run?: Run; hasSchedule?: boolean }): Client {
  deleted.length = 0;
  const action = { workflowType: SEARCH_WORKFLOW, memo, args: [] };
  async function* listRuns({ query }: { readonly query: string }) {
    if (!run || !query.startsWith('TaskQueue')) return;
    const closeTime = run.status === 'RUNNING' ? undefined : new Date();
    yield { workflowId: 'search-a', runId: '1', status: { name: run.status }, closeTime, memo };
  }
  async function* listSchedules() {
    if (hasSchedule) yield { scheduleId: 'nightly', action };
  }
  const description = { action, policies: { pauseOnFailure: false } };
  return {
    options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [] } },
    workflow: {
      list: listRuns,
      getHandle: (workflowId: string) => ({
        workflowId,
        describe: () => Promise.reject(new WorkflowNotFoundError('none', workflowId, undefined)),
        result: async () => run?.result ?? {},
        fetchHistory: async () => ({ events: [] }),
      }),
    },
    schedule: { list: listSchedules, getHandle: () => ({ describe: async () => description }) },
    workflowService: {
      deleteWorkflowExecution: async ({ workflowExecution }: { workflowExecution: { runId: string } }) =>
        void deleted.push(workflowExecution.runId),
    },
  } as unknown as Client;
}

const inAYear = () => ({ now: Date.now() + 365 * DAY, olderThan: 30 * DAY, keepLast: 0 });
const namesOf = (holdings: readonly { readonly name: string }[]) => holdings.map(({ name }) => name).sort();

test.each<[string, Parameters<typeof clientOf>[0]]>([
  ['a search that runs', { run: { status: 'RUNNING' } }],
  ['a schedule', { hasSchedule: true }],
])('%s keeps the scores of all its stages and families', async (_, given) => {
  const { scores } = await planCollection({ client: clientOf(given), store, ...inAYear() });
  expect([namesOf(scores.kept), namesOf(scores.gone)]).toEqual([[...all].sort(), ['stray']]);
});

test('a finished search that is kept keeps what its result names', async () => {
  const run = { status: 'COMPLETED', result: { run: 'a_1', scopes: ['stray'] } } as const;
  const plan = await planCollection({ client: clientOf({ run }), store, ...inAYear(), keepLast: 1 });
  expect([namesOf(plan.scores.gone), namesOf(plan.failures.gone)]).toEqual([[], []]);
});

test('without a reference all goes, with the run', async () => {
  const client = clientOf({ run: { status: 'FAILED' } });
  const collection = await planCollection({ client, store, ...inAYear() });
  expect(namesOf(collection.scores.gone)).toEqual([...all, 'stray'].sort());
  await collect({ client, store, collection });
  expect(deleted).toEqual(['1']);
  const { housekeeping } = store;
  expect([await housekeeping.scopes(), await housekeeping.failureRuns(), await housekeeping.blobs()]).toEqual(
    [[], [], []],
  );
});

test('a blob of the last two days stays, as a step may use it that has not recorded it yet', async () => {
  const planAfter = async (age: number) =>
    planCollection({ client: clientOf({}), store, now: Date.now() + age, olderThan: 0, keepLast: 0 });
  const young = await planAfter(2 * DAY - 60_000);
  expect([young.blobs.gone.length, young.scores.gone.length]).toEqual([0, all.length + 1]);
  expect((await planAfter(2 * DAY + 60_000)).blobs.gone).toHaveLength(1);
});

test('two days are not added to a longer age', async () => {
  const planAfter = async (age: number) =>
    planCollection({ client: clientOf({}), store, now: Date.now() + age, olderThan: 9 * DAY, keepLast: 0 });
  expect((await planAfter(9 * DAY - 60_000)).blobs.gone).toEqual([]);
  expect((await planAfter(9 * DAY + 60_000)).blobs.gone).toHaveLength(1);
});
