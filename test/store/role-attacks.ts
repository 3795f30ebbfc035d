// Defines tests that no role of the shipped accounts exceeds its rights, whatever subject it names for
// answers.
import { connect as dial } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { HEADERS, type Role, requestsOf, targetsOf, USERS, type Victims } from './role-tricks.js';
import { plant } from './role-victims.js';

const ATTACKERS = ['control', 'score', 'reader'] as const;

export interface Served {
  /** `host:port` of every node. */
  readonly servers: readonly string[];
  readonly passwords: Readonly<Record<Role, string>>;
}

/** Called inside `describe`; the functions that return the servers are called when a test runs. */
export function roleAttacks(served: () => Served): void {
  const stores = {} as Record<Role, Store>;
  const raw = {} as Record<Role, NatsConnection>;
  let jsm: JetStreamManager;
  let victims: Victims;

  beforeAll(async () => {
    const { servers, passwords } = served();
    for (const role of ['control', 'admin', 'score', 'reader'] as const) {
      const user = USERS[role];
      const password = passwords[role];
      // Each role connects to another node, so that requests cross routes.
      const url = servers.map((_, i) => servers[(i + Object.keys(raw).length) % servers.length]).join(',');
      stores[role] = await connectStore({
        url,
        access: { user, password },
        replicas: servers.length,
        patienceMs: 30_000,
      });
      raw[role] = await connect({ servers: url.split(','), user, pass: password, noRandomize: true });
    }
    jsm = await jetstreamManager(raw.admin);
    victims = await plant({ stores, raw, jsm });
  }, 120_000);
  afterAll(async () => {
    await Promise.allSettled(Object.values(stores).map((store) => store.close()));
    await Promise.allSettled(Object.values(raw).map((connection) => connection.close()));
  });

  /** Everything that is stored, its configuration, and all other streams and consumers. */
  async function held(): Promise<unknown> {
    const streams = [];
    for await (const { config, state } of jsm.streams.list())
      streams.push([
        config,
        state.messages,
        state.last_seq,
        state.bytes,
        state.consumer_count,
        state.num_subjects,
      ]);
    return streams.sort();
  }

  for (const role of ATTACKERS)
    test(`${role}: no answer to what it may ask reaches a subject where it does harm`, async () => {
      const before = await held();
      const heard: Msg[] = [];
      // Other accounts listen. Users of one account share its inboxes and messages.
      const inbox = '_INBOX.victim.1';
      const ears = (['admin', ...ATTACKERS] as const)
        .filter((other) => other !== role)
        .flatMap((other) =>
          [inbox, ...(other === 'score' ? [] : ['zeroscout.progress.search'])].map((subject) =>
            raw[other].subscribe(subject, { callback: (_, message) => void heard.push(message) }),
          ),
        );
      await Promise.all(Object.values(raw).map((connection) => connection.flush()));
      const reached = [];
      for (const target of [...targetsOf({ role, victims }), inbox]) {
        for (const { subject, payload } of requestsOf({ role, victims }))
          raw[role].publish(subject, payload, { reply: target });
        await raw[role].flush();
        if (JSON.stringify(await held()) !== JSON.stringify(before)) {
          reached.push(target);
          break;
        }
      }
      await setTimeout(300);
      expect(reached).toEqual([]);
      expect(await held()).toEqual(before);
      expect(heard).toEqual([]);
      for (const ear of ears) ear.unsubscribe();
    }, 60_000);

  test('a score worker replaces, removes and expires no score by a header', async () => {
    const connection = raw.score;
    const before = await held();
    for (const pairs of HEADERS) {
      const sent = headers();
      for (const [name, value] of pairs) sent.set(name, value);
      for (const subject of [victims.score, victims.failure]) {
        const answer = await connection
          .request(subject, '{}', { headers: sent, timeout: 500 })
          .then((message) => message.json<{ error?: unknown }>().error)
          .catch((error: unknown) => error);
        expect(answer, JSON.stringify(pairs)).toBeDefined();
      }
    }
    expect(await held()).toEqual(before);
  });

  test('a request that claims to come from another account is answered as what it is', async () => {
    const forged = headers();
    for (const account of ['ZEROSCOUT_STORE', '$SYS'])
      forged.append('Nats-Request-Info', JSON.stringify({ acc: account, svc: account, user: 'zeroscout' }));
    const asked = '$JS.API.STREAM.INFO.ZEROSCOUT_SCORES';
    const honest = await raw.reader.request(asked);
    const claimed = await raw.reader.request(asked, undefined, { headers: forged, timeout: 2_000 });
    const core = (message: Msg) => message.json<{ config: unknown }>().config;
    expect(core(claimed)).toEqual(core(honest));
  });

  test('nobody hears another role, the system, or what is stored', async () => {
    const wildcards = [
      '>',
      '*.*.*.*',
      '$JS.>',
      '$SYS.>',
      '$O.>',
      '$KV.>',
      '_R_.>',
      '$JS.ACK.>',
      '$JSC.>',
      'zeroscout.>',
    ];
    for (const role of ATTACKERS) {
      for (const subject of wildcards)
        for (const queue of [undefined, 'q']) {
          const { callback, refused } = refusal();
          raw[role].subscribe(subject, { callback, ...(queue ? { queue } : {}) });
          expect(await refused, `${role} ${subject}`).toMatch(/permissions violation/i);
        }
      const heard: string[] = [];
      const others = ATTACKERS.filter((other) => other !== role);
      const ear = raw[role].subscribe('_INBOX.>', { callback: (_, { subject }) => void heard.push(subject) });
      await raw[role].flush();
      for (const other of [...others, 'admin' as const]) {
        await stores[other].scores.get('victim', ['a']);
        await stores[other].blobs.get(victims.digest);
      }
      await raw[role].flush();
      expect(heard).toEqual([]);
      ear.unsubscribe();
    }
  });

  test('nobody says that it is of another account', async () => {
    const { servers, passwords } = served();
    for (const role of ATTACKERS) {
      const answer = await greeting({
        server: servers[0]!,
        user: USERS[role],
        pass: passwords[role],
        account: 'ZEROSCOUT_STORE',
      });
      expect(answer).toMatch(/-ERR 'Authorization Violation'/);
    }
  });

  test('the store works for every role, through whichever node', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
    const { admin, control, score, reader } = stores;
    const bytes = new Uint8Array(1_000_000).fill(3);
    const digest = await control.blobs.put(bytes);
    for (const store of [admin, control, score, reader])
      expect(Buffer.compare(await store.blobs.get(digest), bytes)).toBe(0);
    const entries = keys.map((key) => ({ key, proxies: { p: 1 } }));
    expect(new Set(await score.scores.put('work', entries))).toEqual(new Set(['stored']));
    expect(new Set(await score.scores.put('work', entries))).toEqual(new Set(['existed']));
    await score.failures.put('work', [{ candidate: 'x', reason: 'crash', detail: '' }]);
    await control.latencies.put('machine', [{ key: 'x', proxies: { latency: 2 } }]);
    const complete = async (store: Store) => {
      // Any replica answers a read, and one may lag behind for a moment.
      await expect
        .poll(async () => (await store.scores.get('work', keys)).size, { timeout: 5_000 })
        .toBe(300);
      await expect.poll(async () => (await store.failures.list('work')).length, { timeout: 5_000 }).toBe(1);
    };
    for (const store of [admin, control, score, reader]) await complete(store);
    expect((await reader.latencies.get('machine', ['x'])).get('x')).toEqual({ latency: 2 });
    for (const teller of [score, admin]) {
      const heard = { admin: [] as number[], control: [] as number[], reader: [] as number[] };
      const told = [heard.admin, heard.control, heard.reader];
      const leave = (['admin', 'control', 'reader'] as const).map((role) =>
        stores[role].progress.subscribe('work', ({ shard }) => heard[role].push(shard)),
      );
      let shard = 0;
      await vi.waitFor(() => {
        teller.progress.publish('work', { shard: shard++, scored: 1, reused: 0, failed: 0 });
        for (const shards of told) expect(shards.length).toBeGreaterThan(0);
      });
      await setTimeout(100);
      for (const shards of told) expect(new Set(shards).size).toBe(shards.length);
      for (const quit of leave) quit();
    }
    for (const scope of ['work', 'machine']) await admin.housekeeping.deleteScope(scope);
    await admin.housekeeping.deleteFailures('work');
    await admin.housekeeping.deleteBlob(digest);
    expect((await admin.housekeeping.scopes()).map(({ name }) => name).sort()).toEqual(['evil', 'victim']);
  }, 60_000);
}

/** A callback for a subscription, and the first error that it receives. */
function refusal() {
  let callback: (error: Error | null) => void = () => {};
  const refused = new Promise<string>((resolve) => {
    callback = (error) => resolve(String(error));
    void setTimeout(2_000).then(() => resolve('not refused'));
  });
  return { callback: (error: Error | null) => callback(error), refused };
}

/** The answer of a node to a client that names an account. */
async function greeting(given: {
  readonly server: string;
  readonly user: string;
  readonly pass: string;
  readonly account: string;
}): Promise<string> {
  const { server, ...options } = given;
  const [host, port] = server.split(':');
  return new Promise((resolve) => {
    let text = '';
    const socket = dial({ host: host!, port: Number(port) });
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...options })}\r\nPING\r\n`);
    void setTimeout(2_000, undefined, { ref: false }).then(() => socket.destroy());
  });
}
