// Opens the connections that work with searches needs, Temporal's client and the store, and closes them again.
import { Client } from '@temporalio/client';
import { ServiceError } from '../../core/errors.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { createPayloadCodec } from '../../workers/payload-codec.js';
import { startTracing } from '../../workers/tracing/start.js';
import { type Home, resolveHome } from '../embedded/home.js';
import { restartEmbedded } from '../embedded/keep-running.js';
import { readEncryptionKeys } from './encryption-keys.js';
import {
  type Connections,
  connectTemporal,
  embeddedServices,
  type NatsSettings,
  resolveConnections,
  resolveTemporal,
  type TemporalSettings,
} from './resolve-connections.js';

/** How long a client waits for a server in trouble before an error says so. */
const PATIENCE_MS = 5_000;

export interface Session {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Connections;
  readonly home: Home;
}

/** A session for work that goes on without the store. */
export interface StatusSession {
  readonly client: Client;
  /** Absent where NATS does not answer. */
  readonly store?: Store;
  readonly temporal: TemporalSettings;
}

/** How a session announces itself and whom it tells what it does meanwhile. */
export interface SessionListener {
  /** What servers and traces call this client. */
  readonly name: string;
  /** Called with one line for each step of starting embedded servers. */
  readonly onStep: (text: string) => void;
  /** Called with one line for each fault that stops nothing, such as spans that cannot be exported. */
  readonly onFault: (text: string) => void;
}

export interface SessionOptions extends SessionListener {
  /** Whether embedded servers are started where nothing is configured, or must run already. */
  readonly start: 'if-needed' | 'never';
}

/** Connects, hands the session to `use`, and disconnects whatever happens. ServiceError names a server that is not there. */
export async function withSession<T>(
  { start, ...listener }: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const home = resolveHome();
  const { onStep } = listener;
  return withClient(
    listener,
    async () => {
      // A session that starts no servers starts those again that died; servers that a person has ended stay down.
      if (start === 'never')
        await restartEmbedded({ home, which: embeddedServices(), onStep, depth: 'process' });
      return resolveConnections({ home, start, onStep });
    },
    async ({ client, connections }) => {
      const store = await openStore(connections.nats, listener.name);
      try {
        return await use({ client, store, connections, home });
      } finally {
        await store.close();
      }
    },
  );
}

/** As `withSession` with `start: 'never'`; where NATS is away and cannot be started again the session has no store. */
export function withStatusSession<T>(
  listener: SessionListener,
  use: (session: StatusSession) => Promise<T>,
): Promise<T> {
  return withClient(
    listener,
    async () => {
      const home = resolveHome();
      const { onStep, onFault } = listener;
      // What is known without the server is told even where it cannot be started again.
      await restartEmbedded({ home, which: embeddedServices(), onStep, depth: 'process' }).catch(
        (error: Error) => onFault(error.message),
      );
      return resolveTemporal({ home });
    },
    async ({ client, connections: { temporal, nats } }) => {
      const store = nats && (await openStore(nats, listener.name).catch(noStore));
      try {
        return await use({ client, temporal, ...(store ? { store } : {}) });
      } finally {
        await store?.close();
      }
    },
  );
}

async function withClient<T, C extends { readonly temporal: TemporalSettings }>(
  { name, onFault }: SessionListener,
  resolve: () => Promise<C>,
  use: (session: { readonly client: Client; readonly connections: C }) => Promise<T>,
): Promise<T> {
  const codec = createPayloadCodec({ keys: readEncryptionKeys() });
  const tracing = await startTracing({
    service: name,
    onFault: (message) => onFault(`spans are not exported: ${message}`),
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

function openStore(nats: NatsSettings, name: string): Promise<Store> {
  return connectStore({ ...nats, patienceMs: PATIENCE_MS, name });
}

/** A server that does not answer; a setting that is wrong is an error all the same. */
function noStore(error: unknown): undefined {
  if (error instanceof ServiceError) return undefined;
  throw error;
}
