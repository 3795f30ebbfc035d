// Tests that a control worker records its Temporal namespace again and again, and works on where it cannot.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { noteNamespace } from '../../workers/note-namespace.js';

const HOUR = 3_600_000;
let store: Store;
let id: string;
let fault: Error | undefined;
const warn = vi.fn();
const start = () =>
  noteNamespace({
    options: { store, temporal: { namespace: 'team' } },
    connection: {
      workflowService: {
        describeNamespace: async ({ namespace }: { readonly namespace: string }) => {
          if (fault) throw fault;
          return { namespaceInfo: { id: `${id}-of-${namespace}` } };
        },
      },
    },
    log: { warn },
  } as never);

beforeEach(() => {
  vi.useFakeTimers({ now: 5 });
  warn.mockClear();
  store = createMemoryStore();
  id = '1';
  fault = undefined;
});
afterEach(() => vi.useRealTimers());

test('the id and the name are recorded at once, and every hour until it ends', async () => {
  const end = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(await store.namespaces.list()).toEqual([{ id: '1-of-team', name: 'team', seen: 5 }]);
  await store.namespaces.remove('1-of-team');
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(await store.namespaces.list()).toEqual([{ id: '1-of-team', name: 'team', seen: HOUR + 5 }]);
  end();
  await vi.advanceTimersByTimeAsync(3 * HOUR);
  expect((await store.namespaces.list())[0]!.seen).toBe(HOUR + 5);
  expect(warn).not.toHaveBeenCalled();
});

test('a fault is logged once, and again after it has passed; one while the worker ends is not', async () => {
  fault = new Error('refused');
  const end = start();
  await vi.advanceTimersByTimeAsync(2 * HOUR);
  expect(warn.mock.calls.map(([{ message }]) => message)).toEqual(['refused']);
  fault = undefined;
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(await store.namespaces.list()).toHaveLength(1);
  fault = new Error('refused');
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(warn).toHaveBeenCalledTimes(2);
  fault = new Error('closed');
  await vi.advanceTimersByTimeAsync(HOUR - 1);
  end();
  start()();
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(warn).toHaveBeenCalledTimes(2);
});
