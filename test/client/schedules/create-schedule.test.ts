// Tests which errors while a schedule is created are said to be faults of its times.
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { createSchedule } from '../../../client/schedules/create-schedule.js';
import type { ReadSpecification } from '../../../client/specification/read-specification.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { createMemoryStore } from '../../../store/memory.js';
import type { Store } from '../../../store/store.js';

const refusal = new TypeError('unable to parse');
const specification = checkSpecification({
  value: { name: 'test', space: 'nas-bench-201', aggregation: 'log-rank' },
  source: 'test',
});

/** Creates a schedule at a server that refuses its times. */
function create(store: Store) {
  const client = {
    options: { namespace: 'default' },
    connection: {},
    withDeadline: () => Promise.reject(new Error('no operator')),
    schedule: { create: () => Promise.reject(refusal) },
  } as unknown as Client;
  const read = { specification, digest: 'd', list: ['a'] } as unknown as ReadSpecification;
  const timing = { cron: '0 2 * * *', timezone: 'UTC', jitter: 0, catchup: 0, overlap: 'skip' } as const;
  return createSchedule({ client, store, name: 'nightly', read, timing });
}

test('what the server refuses is a fault of the times', async () => {
  await expect(create(createMemoryStore())).rejects.toMatchObject({ issues: [{ path: 'cron' }] });
});

test('an error while the candidates are stored is not', async () => {
  const store = createMemoryStore();
  const fault = new TypeError('fetch failed');
  const blobs = new Proxy(store.blobs, { get: () => () => Promise.reject(fault) });
  await expect(create({ ...store, blobs })).rejects.toBe(fault);
});
