// Tests how a worker watches whether it was set aside.
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { untilReleased, untilSetAside } from '../../store/standing.js';
import type { WorkerRecord, WorkerRecords } from '../../store/store.js';

/** A stand-in for the records of a store: a server that is gone cannot be had otherwise without waiting for it. */
const records = (find: () => Promise<WorkerRecord | undefined>) => ({ find }) as unknown as WorkerRecords;
const silent = records(() => new Promise(() => {}));
const ASIDE = { state: 'set aside', reason: 'its scores differ' } as unknown as WorkerRecord;

it.each([
  ['untilSetAside', untilSetAside],
  ['untilReleased', untilReleased],
])('%s ends with the worker, also where the store never answers', async (_, until) => {
  const over = new AbortController();
  const waiting = until({ records: silent, worker: 'one', stop: over.signal });
  over.abort();
  await expect(waiting).resolves.toBeUndefined();
});

it.each([
  ['without a record', undefined],
  ['that is only suspected', { state: 'suspected' } as unknown as WorkerRecord],
])('a worker %s need not be released', async (_, record) => {
  const stop = new AbortController().signal;
  await untilReleased({ records: records(async () => record), worker: 'one', stop });
});

it('tells that the worker is set aside, and then listens to nothing', async () => {
  const stop = new AbortController().signal;
  expect(await untilSetAside({ records: records(async () => ASIDE), worker: 'one', stop })).toBe(ASIDE);
  expect(getEventListeners(stop, 'abort')).toEqual([]);
});
