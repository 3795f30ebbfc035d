// Tests that streams in NATS's global account, as earlier releases had them, are moved to roles as
// docs/operate/backup.md says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, expect, test } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import { freePort, type NatsServer, runNats } from '../support/nats.js';
import { readUsers } from '../support/shipped-nats.js';

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-moved-'));
const servers: NatsServer[] = [];
afterAll(async () => {
  await Promise.allSettled(servers.map((server) => server.stop()));
  rmSync(dir, { recursive: true, force: true });
});

const STREAMS = ['ZEROSCOUT_SCORES', 'ZEROSCOUT_FAILURES', 'OBJ_zeroscout-blobs'];
const BEFORE = `authorization { users: [{ user: "zeroscout", password: $NATS_PASSWORD }] }`;

test('streams go from the account of everybody to that of the store', async () => {
  const before = await serve(BEFORE);
  const old = await connectStore({ url: before.url, access: { user: 'zeroscout', password: 'admin' } });
  await old.scores.put('s', [{ key: 'a', proxies: { p: 1 } }]);
  await old.scores.put('machine', [{ key: 'a', proxies: { latency: 2 } }]);
  await old.failures.put('run', [{ candidate: 'b', reason: 'crash', detail: '' }]);
  const bytes = new Uint8Array(1_000_000).fill(7);
  const digest = await old.blobs.put(bytes);
  const admin = await connect({ servers: before.url, user: 'zeroscout', pass: 'admin' });
  const backups = [];
  for (const stream of STREAMS) backups.push(await backUp({ admin, stream }));
  await Promise.all([old.close(), admin.close()]);
  await before.stop();

  const after = await serve(readUsers());
  const owner = await connect({ servers: after.url, user: 'zeroscout', pass: 'admin' });
  for (const backup of backups) await restore({ admin: owner, ...backup });
  await owner.close();
  const control = await connectStore({
    url: after.url,
    access: { user: 'zeroscout-control', password: 'control' },
  });
  const score = await connectStore({
    url: after.url,
    access: { user: 'zeroscout-score', password: 'score' },
  });
  const reader = await connectStore({
    url: after.url,
    access: { user: 'zeroscout-reader', password: 'reader' },
  });
  for (const store of [control, score, reader]) {
    expect((await store.scores.get('s', ['a'])).get('a')).toEqual({ p: 1 });
    expect(await store.failures.list('run')).toHaveLength(1);
    expect(Buffer.compare(await store.blobs.get(digest), bytes)).toBe(0);
  }
  // It is older than the stream of latencies, which a control worker has just created.
  expect((await reader.latencies.get('machine', ['a'])).get('a')).toEqual({ latency: 2 });
  expect(await score.scores.put('s', [{ key: 'a', proxies: { p: 9 } }])).toEqual(['existed']);
  await Promise.all([control, score, reader].map((store) => store.close()));
}, 60_000);

async function serve(users: string): Promise<NatsServer> {
  const port = await freePort();
  const file = join(dir, `${port}.conf`);
  writeFileSync(file, users);
  const server = await runNats({
    host: '127.0.0.1',
    port,
    args: ['-c', file, '-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', join(dir, `${port}`)],
    env: {
      NATS_PASSWORD: 'admin',
      NATS_CONTROL_PASSWORD: 'control',
      NATS_SCORE_PASSWORD: 'score',
      NATS_READER_PASSWORD: 'reader',
    },
  });
  servers.push(server);
  return server;
}

interface Backup {
  readonly stream: string;
  readonly about: { readonly config: unknown; readonly state: unknown };
  readonly chunks: readonly Uint8Array[];
}

/** Backs up a stream as `nats stream backup` does. */
async function backUp(given: { readonly admin: NatsConnection; readonly stream: string }): Promise<Backup> {
  const { admin, stream } = given;
  const deliver_subject = createInbox();
  const arriving = admin.subscribe(deliver_subject);
  const answer = await admin.request(
    `$JS.API.STREAM.SNAPSHOT.${stream}`,
    JSON.stringify({ deliver_subject, chunk_size: 65_536 }),
  );
  const chunks: Uint8Array[] = [];
  for await (const message of arriving) {
    if (message.data.length === 0) break;
    chunks.push(message.data.slice());
    message.respond();
  }
  return { stream, about: answer.json<Backup['about']>(), chunks };
}

/** Restores a stream as `nats stream restore` does. */
async function restore({
  admin,
  stream,
  about: { config, state },
  chunks,
}: Backup & { readonly admin: NatsConnection }): Promise<void> {
  const answer = await admin.request(`$JS.API.STREAM.RESTORE.${stream}`, JSON.stringify({ config, state }));
  const { deliver_subject, error } = answer.json<{ deliver_subject: string; error?: unknown }>();
  expect(error).toBeUndefined();
  for (const chunk of chunks) await admin.request(deliver_subject, chunk);
  const end = await admin.request(deliver_subject, new Uint8Array());
  expect(end.json<{ error?: unknown }>().error).toBeUndefined();
}
