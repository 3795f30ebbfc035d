// Tests that latencies that an earlier version stored among the scores are read, but later ones in that place
// are not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import { LATENCIES } from '../../store/streams.js';
import { type NatsServer, startNats } from '../support/nats.js';

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-latencies-'));
let server: NatsServer;
beforeAll(async () => {
  server = await startNats({ dir });
});
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('latencies of earlier versions are read, later ones among the scores are not', async () => {
  const old = await connectStore({ url: server.url });
  const connection = await connect({ servers: server.url });
  const jsm = await jetstreamManager(connection);
  // The state of a deployment of an earlier version.
  await jsm.streams.delete(LATENCIES.stream);
  await old.scores.put('machine', [
    { key: 'a', proxies: { latency: 1 } },
    { key: 'b', proxies: { latency: 2 } },
  ]);
  const bystander = await old.latencies.get('machine', ['a', 'b']);
  expect([...bystander.values()]).toEqual([{ latency: 1 }, { latency: 2 }]);

  const store = await connectStore({ url: server.url });
  await old.scores.put('machine', [{ key: 'planted', proxies: { latency: 0.001 } }]);
  expect([...(await store.latencies.get('machine', ['planted', 'b', 'a']))]).toEqual([
    ['b', { latency: 2 }],
    ['a', { latency: 1 }],
  ]);
  expect(await store.latencies.put('machine', [{ key: 'planted', proxies: { latency: 3 } }])).toEqual([
    'stored',
  ]);
  expect([...(await store.latencies.get('machine', ['planted', 'a']))]).toEqual([
    ['planted', { latency: 3 }],
    ['a', { latency: 1 }],
  ]);
  const [scope] = await store.housekeeping.scopes();
  expect(scope).toMatchObject({ name: 'machine', count: 4 });
  await store.housekeeping.deleteScope('machine');
  expect(await store.housekeeping.scopes()).toEqual([]);
  await Promise.all([old.close(), store.close(), connection.close()]);
});
