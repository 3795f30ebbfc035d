// Attacks the ports of the embedded servers with hostile clients. Each attack ends by itself; none may change
// a search.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { Client, Connection } from '@temporalio/client';
import { readState } from '../../../client/embedded/state.js';
import { CONTROL_QUEUE, workflowIdOf } from '../../../core/contract/search-queues.js';
import type { TestHome } from '../../support/home.js';
import { findListeners } from './listeners.js';
import type { SoakProcess } from './processes.js';

export interface Target {
  readonly home: TestHome;
  /** The id of the search that must not be changed. */
  readonly id: string;
  readonly servers: readonly SoakProcess[];
  readonly random: () => number;
}

type Strike = (target: Target) => Promise<void>;

const ORIGIN = 'http://attacker.example';

/** Sends what a browser could send from another site: no preflight, any Host, any Origin. */
const postFromAnotherSite: Strike = async ({ id, servers }) => {
  const workflow = encodeURIComponent(workflowIdOf(id));
  const paths = [
    `/api/v1/namespaces/default/workflows/${workflow}/terminate`,
    `/api/v1/namespaces/default/workflows/${workflow}/cancel`,
    `/api/v1/namespaces/default/workflows/${workflow}/signal/pause`,
    `/namespaces/default/workflows/${workflow}/terminate`,
  ];
  for (const port of findListeners(servers.map(({ pid }) => pid)))
    for (const path of paths)
      for (const host of ['attacker.example', `127.0.0.1:${port}`])
        await post({ port, path, host, body: '{}' });
};

/** Sends bytes of no protocol to every port. */
const sendGarbage: Strike = async ({ servers, random }) => {
  for (const port of findListeners(servers.map(({ pid }) => pid))) {
    const bytes = Buffer.from(Array.from({ length: 2_000 }, () => Math.floor(random() * 256)));
    await withSocket(port, async (write) => {
      write(bytes);
      await sleep(50);
    });
    await withSocket(port, async (write) => {
      write(`PUB zeroscout.score.a.b ${Number.MAX_SAFE_INTEGER}\r\n`);
      write(bytes);
      await sleep(50);
    });
  }
};

/** Opens a subscription to everything that reads nothing, and a hundred silent connections. */
const readNothing: Strike = async ({ home }) => {
  const port = readState({ home: home.home }).services.nats?.port;
  if (!port) return;
  const sockets = Array.from({ length: 100 }, () => connectSocket({ host: '127.0.0.1', port }));
  for (const socket of sockets) socket.on('error', () => {});
  sockets[0]!.write('CONNECT {"verbose":false}\r\nSUB > 1\r\n');
  for (const socket of sockets) socket.pause();
  await sleep(3_000);
  for (const socket of sockets) socket.destroy();
};

/** Forges progress events, which are unprotected by design, for a search and for its shards. */
const forgeProgress: Strike = async ({ home, id }) => {
  const port = readState({ home: home.home }).services.nats?.port;
  const connection = await connect({ servers: `nats://127.0.0.1:${port}`, timeout: 2_000, reconnect: false });
  try {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"shard":-1}',
      `{"shard":0,"scored":1e308,"reused":"x"}`,
      '\0'.repeat(99),
    ])
      for (const subject of [`zeroscout.progress.${id}`, `zeroscout.progress.${id}.0`])
        connection.publish(subject, text);
    await connection.flush();
  } finally {
    await connection.close();
  }
};

/**
 * Starts workflows of our type with inputs that no command makes, and sends unknown messages to the search.
 */
const forgeWorkflows: Strike = async ({ home, id, random }) => {
  const port = readState({ home: home.home }).services.temporal?.port;
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 2_000 });
  try {
    const { workflow } = new Client({ connection });
    const inputs = [
      null,
      {},
      'x',
      { specification: { name: '../../x' } },
      { specification: {}, list: { digest: '../../../x', count: 1e9 } },
    ];
    const input = inputs[Math.floor(random() * inputs.length)];
    const workflowId = `search-forged-${Math.floor(random() * 1e9)}`;
    await workflow.start('search', {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      workflowExecutionTimeout: '20s',
    });
    await workflow.getHandle(workflowIdOf(id)).signal('no such signal', { a: 1 });
  } finally {
    await connection.close();
  }
};

export const HOSTILE: Readonly<Record<string, Strike>> = {
  'posts from another site': postFromAnotherSite,
  'garbage on every port': sendGarbage,
  'clients that read nothing': readNothing,
  'forged progress': forgeProgress,
  'forged workflows': forgeWorkflows,
};

async function post({ port, path, host, body }: { port: number; path: string; host: string; body: string }) {
  const headers = { host, origin: ORIGIN, 'content-type': 'text/plain', 'content-length': body.length };
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, timeout: 2_000 });
  sent.on('timeout', () => sent.destroy());
  sent.on('response', (response) => response.resume());
  sent.end(body);
  await once(sent, 'close').catch(() => {});
}

async function withSocket(port: number, use: (write: (data: string | Buffer) => void) => Promise<void>) {
  const socket = connectSocket({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  socket.resume();
  await use((data) => void (socket.writable && socket.write(data)));
  socket.destroy();
}
