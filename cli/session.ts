// In: the environment. Out: a connected session: Temporal client and store. One place where commands connect and disconnect.
import { Client } from '@temporalio/client';
import { ServiceError } from '../core/errors.js';
import { connectStore } from '../store/jetstream.js';
import type { Store } from '../store/store.js';
import { createPayloadCodec } from '../workers/payload-codec.js';
import { startTracing } from '../workers/tracing/start.js';
import {
  type Connections,
  connectTemporal,
  embeddedServices,
  type NatsSettings,
  resolveConnections,
  resolveTemporal,
  type TemporalSettings,
} from './connections.js';
import { readEncryptionKeys } from './services/encryption-keys.js';
import { type Home, resolveHome } from './services/home.js';
import { restartEmbedded } from './services/keep-running.js';
import { note, paint } from './terminal.js';

/** How long a command waits for a server in trouble before it says so. */
const PATIENCE_MS = 5_000;

export interface Session {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Connections;
  readonly home: Home;
}

/** A session of a command that works without the store, and says so. */
export interface StatusSession {
  readonly client: Client;
  /** Absent where NATS does not answer. */
  readonly store?: Store;
  readonly temporal: TemporalSettings;
}

/** Connects, hands the session to `use`, and disconnects whatever happens. ServiceError names a server that is not there. */
export async function withSession<T>(
  { start }: { start: 'if-needed' | 'never' },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const home = resolveHome();
  const onStep = (text: string) => note(paint.dim(text));
  return withClient(
    async () => {
      // A command that starts no servers starts those again that died; what `services down` ended stays down.
      if (start === 'never')
        await restartEmbedded({ home, which: embeddedServices(), onStep, depth: 'process' });
      return resolveConnections({ home, start, onStep });
    },
    async ({ client, connections }) => {
      const store = await openStore(connections.nats);
      try {
        return await use({ client, store, connections, home });
      } finally {
        await store.close();
      }
    },
  );
}

/** As `withSession`, of what runs already; where NATS is away the session has no store. */
export function withStatusSession<T>(use: (session: StatusSession) => Promise<T>): Promise<T> {
  return withClient(
    () => resolveTemporal({ home: resolveHome() }),
    async ({ client, connections: { temporal, nats } }) => {
      const store = nats && (await openStore(nats).catch(noStore));
      try {
        return await use({ client, temporal, ...(store ? { store } : {}) });
      } finally {
        await store?.close();
      }
    },
  );
}

async function withClient<T, C extends { readonly temporal: TemporalSettings }>(
  resolve: () => Promise<C>,
  use: (session: { readonly client: Client; readonly connections: C }) => Promise<T>,
): Promise<T> {
  const codec = createPayloadCodec({ keys: readEncryptionKeys() });
  const tracing = await startTracing({
    service: 'zeroscout-cli',
    onFault: (message) => note(`spans are not exported: ${message}`),
  });
  const connections = await resolve();
  const connection = await connectTemporal(connections.temporal);
  try {
    const client = new Client({
      connection,
      namespace: connections.temporal.namespace,
      dataConverter: { payloadCodecs: [codec] },
      ...(tracing ? { interceptors: tracing.client } : {}),
    });
    return await use({ client, connections });
  } finally {
    await tracing?.close();
    await connection.close();
  }
}

function openStore(nats: NatsSettings): Promise<Store> {
  return connectStore({ ...nats, patienceMs: PATIENCE_MS, name: 'zeroscout-cli' });
}

/** A server that does not answer; a setting that is wrong is an error all the same. */
function noStore(error: unknown): undefined {
  if (error instanceof ServiceError) return undefined;
  throw error;
}
