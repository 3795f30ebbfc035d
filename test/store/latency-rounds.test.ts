// Tests latencies measured in rounds: the last counts, what was not measured again stays, and two rounds that
// begin at once are distinct.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isBusy } from '../../core/contract/latency.js';
import { connectStore } from '../../store/jetstream.js';
import { beginRound, findLastRound, readLatencies, storeLatency } from '../../store/latencies.js';
import type { Store } from '../../store/store.js';
import { type NatsServer, startNats } from '../support/nats.js';

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-rounds-'));
const scope = 'machine';
let server: NatsServer;
let store: Store;
beforeAll(async () => {
  server = await startNats({ dir });
  store = await connectStore({ url: server.url });
});
afterAll(async () => {
  await store?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const put = (candidate: string, round: number, latency: number) =>
  storeLatency({ latencies: store.latencies, scope, round, candidate, measurement: { latency } });
const read = async (candidates: readonly string[]) => {
  const round = await findLastRound({ latencies: store.latencies, scope });
  const found = await readLatencies({ latencies: store.latencies, scope, round, candidates });
  return candidates.map((candidate) => found.get(candidate)?.latency);
};

test('the last measurement of each counts', async () => {
  const { latencies } = store;
  expect(await findLastRound({ latencies, scope })).toBe(1);
  // Stored as by an earlier version.
  await latencies.put(scope, [{ key: 'a', proxies: { latency: 7 } }]);
  await put('b', 1, 8);
  // Within a round, the first to store wins.
  expect(await put('b', 1, 9)).toEqual({ latency: 8 });
  expect(await read(['a', 'b', 'c'])).toEqual([7, 8, undefined]);
  for (let round = 2; round <= 20; round++) expect(await beginRound({ latencies, scope })).toBe(round);
  await put('a', 19, 5);
  expect(await read(['a', 'b', 'c'])).toEqual([5, 8, undefined]);
  await put('a', 20, 6);
  expect(await read(['a', 'b'])).toEqual([6, 8]);
  const both = await Promise.all([beginRound({ latencies, scope }), beginRound({ latencies, scope })]);
  expect(both.toSorted()).toEqual([21, 22]);
});

test('a measurement is disturbed where it had to share its processor or where its runs lie far apart', () => {
  expect(isBusy({ latency: 7 })).toBe(false);
  expect(isBusy({ latency: 7, low: 6.9, high: 7.2, cpu: 0.99 })).toBe(false);
  expect(isBusy({ latency: 7, low: 6.9, high: 7.2, cpu: 0.6 })).toBe(true);
  expect(isBusy({ latency: 7, low: 6.3, high: 9, cpu: 1 })).toBe(true);
});
