// Tests that a score worker asks for no work while it is set aside, and ends when it is to stop, whatever the store
// answers.
import type { Worker } from '@temporalio/worker';
import { expect, test, vi } from 'vitest';
import type { WorkerRecord, WorkerRecords } from '../../store/store.js';
import { runWhileTrusted } from '../../workers/run-while-trusted.js';

const recordOf = (state: string) =>
  ({ state, worker: 'one', reason: 'its scores differ' }) as unknown as WorkerRecord;

/** A worker of Temporal's that runs until it is shut down. */
function fakeWorker(): Worker {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => ended, getState: () => 'RUNNING', shutdown: () => end() } as unknown as Worker;
}

/** Runs a worker whose record is what `find` says, and records what happens to it. */
function run(find: () => Promise<WorkerRecord | undefined>) {
  const stop = new AbortController();
  const events: string[] = [];
  const trusted: AbortSignal[] = [];
  const ended = runWhileTrusted({
    create: async (signal) => {
      trusted.push(signal);
      events.push('works');
      return fakeWorker();
    },
    standing: { records: { find } as unknown as WorkerRecords, worker: 'one', stop: stop.signal },
    onWorker: () => {},
    onSetAside: () => events.push('set aside'),
    onReleased: () => events.push('released'),
  });
  return { stop, events, trusted, ended };
}

/** Waits until this has happened; a worker reads its record every two seconds. */
const until = (events: readonly string[], expected: readonly string[]) =>
  vi.waitFor(() => expect(events).toEqual(expected), { timeout: 30_000 });

test('it works until it is to stop', async () => {
  const { stop, events, trusted, ended } = run(async () => recordOf('suspected'));
  await until(events, ['works']);
  stop.abort();
  expect(await ended).toBe('stopped');
  expect(trusted[0]!.aborted).toBe(false);
});

test('set aside while it works: its results are not stored any more, and it waits to be released', async () => {
  let state = 'released';
  const { stop, events, trusted, ended } = run(async () => recordOf(state));
  await until(events, ['works']);
  state = 'set aside';
  await until(events, ['works', 'set aside']);
  expect(trusted[0]!.reason).toMatchObject({ message: 'worker one was set aside: its scores differ' });
  state = 'released';
  await until(events, ['works', 'set aside', 'released', 'works']);
  expect(trusted[1]!.aborted).toBe(false);
  stop.abort();
  expect(await ended).toBe('stopped');
});

test('told to stop while it is set aside, it says so', async () => {
  const { stop, events, ended } = run(async () => recordOf('set aside'));
  await until(events, ['set aside']);
  stop.abort();
  expect(await ended).toBe('set aside');
});

test('a store that does not answer keeps no worker from working, or from stopping', async () => {
  const failing = run(() => Promise.reject(new Error('away')));
  await until(failing.events, ['works']);
  failing.stop.abort();
  expect(await failing.ended).toBe('stopped');

  const silent = run(() => new Promise(() => {}));
  silent.stop.abort();
  expect(await silent.ended).toBe('stopped');
  expect(silent.events).toEqual([]);
});

test('a worker that cannot be created is not watched any longer', async () => {
  let fail = () => {};
  const watched = new Promise<undefined>((_, reject) => {
    fail = () => reject(new Error('away'));
  });
  const find = vi
    .fn<() => Promise<undefined>>()
    .mockResolvedValueOnce(undefined)
    .mockReturnValueOnce(watched);
  const onFault = vi.fn();
  const ended = runWhileTrusted({
    create: () => Promise.reject(new Error('no server')),
    standing: {
      records: { find } as unknown as WorkerRecords,
      worker: 'one',
      stop: new AbortController().signal,
      onFault,
    },
    onWorker: () => {},
    onSetAside: () => {},
    onReleased: () => {},
  });
  await expect(ended).rejects.toThrow('no server');
  fail();
  await watched.catch(() => {});
  expect(find).toHaveBeenCalledTimes(2);
  expect(onFault).not.toHaveBeenCalled();
});
