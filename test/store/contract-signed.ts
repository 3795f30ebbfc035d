// Defines the tests that every store must pass for signed scores, and for records of workers and of namespaces.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { TerminalError } from '../../core/errors.js';
import type { Proxies, Store, WorkerRecord } from '../../store/store.js';

const fresh = () => `t-${randomUUID()}`;
const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `k${from + i}`, proxies: { p: from + i } }));
const keys = (from: number, to: number) => entries(from, to).map(({ key }) => key);

/** Called inside `describe`; the functions that return the stores are called when a test runs. */
export function signedContract({
  store,
  other,
}: {
  readonly store: () => Store;
  readonly other: () => Store;
}): void {
  test('a score carries the name of its worker, and none where none was given', async () => {
    const scope = fresh();
    await store().scores.put(scope, entries(0, 2), 'a worker score cpu x2');
    await store().scores.put(scope, entries(2, 3));
    // The first score is kept, with its signature.
    await other().scores.put(scope, entries(0, 1), 'another');
    expect([...(await other().signed.get(scope, ['k1', 'k0', 'k2', 'absent']))].sort()).toEqual([
      ['k0', { proxies: { p: 0 }, worker: 'a worker score cpu x2' }],
      ['k1', { proxies: { p: 1 }, worker: 'a worker score cpu x2' }],
      ['k2', { proxies: { p: 2 }, worker: '' }],
    ]);
    expect(await other().scores.get(scope, ['k0'])).toEqual(new Map([['k0', { p: 0 }]]));
  });

  test('of the keys given the scores of one worker are discarded, and can be put again', async () => {
    const scope = fresh();
    await store().scores.put(scope, entries(0, 600), 'bad');
    await store().scores.put(scope, entries(600, 1_200), 'good');
    await store().scores.put(scope, entries(1_200, 1_210));
    expect(await other().signed.discard(scope, keys(300, 900), 'bad')).toBe(300);
    expect((await store().scores.get(scope, keys(0, 1_210))).size).toBe(910);
    expect(await other().signed.discard(scope, keys(0, 1_210), '')).toBe(10);
    expect(await other().signed.discard(scope, keys(300, 900), 'bad')).toBe(0);
    expect(await store().scores.put(scope, entries(299, 301), 'good')).toEqual(['existed', 'stored']);
  });

  test('a score is discarded that was put past one which lacks a proxy, as far as it is of that worker', async () => {
    const [scope, key] = [fresh(), 'k'];
    const put = (worker: string, proxies: Proxies) =>
      store().scores.put(scope, [{ key, proxies, required: Object.keys(proxies) }], worker);
    await put('first', { p: 1 });
    expect(await put('bad', { q: 2 })).toEqual(['stored']);
    expect(await other().signed.discard(scope, [key], 'bad')).toBe(1);
    expect((await other().signed.get(scope, [key], ['q'])).size).toBe(0);
    expect(await put('good', { q: 3 })).toEqual(['stored']);
    expect(await other().signed.discard(scope, [key], 'bad')).toBe(0);
    expect((await other().signed.get(scope, [key], ['q'])).get(key)).toEqual({
      proxies: { q: 3 },
      worker: 'good',
    });
  });

  test('of one key all scores of a worker are discarded', async () => {
    const [scope, key] = [fresh(), 'k'];
    for (const name of ['p', 'q'])
      await store().scores.put(scope, [{ key, proxies: { [name]: 1 }, required: [name] }], 'bad');
    expect(await other().signed.discard(scope, [key], 'bad')).toBeGreaterThan(0);
    expect((await other().signed.get(scope, [key])).size).toBe(0);
  });

  test('all scores of a worker are discarded, in every scope', async () => {
    const [one, two, worker] = [fresh(), fresh(), fresh()];
    await store().scores.put(one, entries(0, 1_500), worker);
    await store().scores.put(two, entries(0, 3), worker);
    await store().scores.put(two, entries(3, 6), 'good');
    expect(await other().signed.discardAll(worker)).toBe(1_503);
    expect(await other().signed.discardAll(worker)).toBe(0);
    expect((await store().scores.get(one, keys(0, 1_500))).size).toBe(0);
    expect([...(await store().scores.get(two, keys(0, 6))).keys()]).toEqual(keys(3, 6));
  });

  test('records of workers: none, some, the last one counts', async () => {
    const record = (worker: string, state: WorkerRecord['state']): WorkerRecord => ({
      worker,
      state,
      at: 1_700_000_000_000,
      by: 'search',
      device: 'cpu',
      reason: 'its numbers are wrong',
      evidence: ['a "line"\n', 'ä'],
      ...(state === 'suspected' ? { against: ['3@ö', ''] } : {}),
    });
    const [a, b] = [`1@${fresh()}.example`, `2@${fresh()} x`];
    expect(await other().workers.find(a)).toBeUndefined();
    await store().workers.put(record(a, 'suspected'));
    expect(await other().workers.find(a)).toEqual(record(a, 'suspected'));
    await store().workers.put(record(b, 'set aside'));
    await other().workers.put(record(a, 'set aside'));
    expect(await other().workers.find(a)).toEqual(record(a, 'set aside'));
    const mine = (await other().workers.list()).filter(({ worker }) => worker === a || worker === b);
    expect(mine).toEqual([record(a, 'set aside'), record(b, 'set aside')]);
    await other().workers.put(record(b, 'released'));
    expect((await store().workers.find(b))?.state).toBe('released');
  });

  test('records of namespaces: the last one of each id counts, whatever the names; one goes when removed', async () => {
    const [a, b] = [fresh(), fresh()];
    const mine = async () => (await other().namespaces.list()).filter(({ id }) => id === a || id === b);
    expect(await mine()).toEqual([]);
    await store().namespaces.put({ id: a, name: 'the ä "team"', seen: 1 });
    await store().namespaces.put({ id: b, name: 'a team', seen: 2 });
    await other().namespaces.put({ id: a, name: 'the ä "team"', seen: 3 });
    expect(await mine()).toEqual([
      { id: b, name: 'a team', seen: 2 },
      { id: a, name: 'the ä "team"', seen: 3 },
    ]);
    await store().namespaces.remove(b);
    await store().namespaces.remove(b);
    expect(await mine()).toEqual([{ id: a, name: 'the ä "team"', seen: 3 }]);
    for (const id of ['', 'a.b', '>'])
      await expect(store().namespaces.put({ id, name: '', seen: 0 })).rejects.toThrow(TerminalError);
  });
}
