// Opens the connections that searches need, Temporal's client and the store, and closes them again.
import { Client } from '@temporalio/client';
import { ServiceError } from '../../core/errors.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { createPayloadCodec } from '../../workers/payload-codec.js';
import { startTracing } from '../../workers/tracing/start.js';
import { type Home, resolveHome } from '../embedded/home.js';
import { restartEmbedded } from '../embedded/keep-running.js';
import { type ModulePermission, readModulePermission } from '../specification/module-permission.js';
import { connectTemporal } from './connect-temporal.js';
import { readEncryptionKeys } from './encryption-keys.js';
import {
  type Connections,
  listEmbeddedServices,
  resolveConnections,
  resolveTemporal,
} from './resolve-connections.js';
import type { NatsSettings, TemporalSettings } from './settings.js';

/** How long a client waits for an unresponsive server before it reports an error. */
const PATIENCE_MS = 5_000;

/**
 * The connections that searches need, the folder of the embedded servers, and the permissions of this
 * program.
 */
export interface Session {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Connections;
  readonly home: Home;
  /** Whether the code of spaces of kind module may run in this process and in workers that it starts. */
  readonly modules: ModulePermission;
  /** Called with one line for each event: a worker that ended, servers that are started again. */
  readonly onNote: (text: string) => void;
}

/** A session for operations that also work without the store. */
export interface StatusSession {
  readonly client: Client;
  /** Absent if NATS does not answer. */
  readonly store?: Store;
  readonly temporal: TemporalSettings;
}

/** The name of a session, and the listeners of its events. */
export interface SessionListener {
  /** The name of this client in servers and traces. */
  readonly name: string;
  /** Called with one line for each step of starting embedded servers. */
  readonly onStep: (text: string) => void;
  /** Called with one line for each fault that stops nothing, such as spans that cannot be exported. */
  readonly onNote: (text: string) => void;
}

export interface SessionOptions extends SessionListener {
  /** Whether embedded servers are started if nothing is configured, or must be running. */
  readonly start: 'if-needed' | 'never';
  /** The folder of the embedded servers; by default that of ZEROSCOUT_HOME. */
  readonly home?: string;
  /** By default as the environment says. */
  readonly modules?: ModulePermission;
}

/** A session that remains open until `close`. */
export interface OpenSession extends Session {
  close(): Promise<void>;
}

/** Connects; a ServiceError names a server that cannot be reached. The caller must close the session. */
export async function openSession({
  start,
  home: folder,
  modules = readModulePermission(),
  ...listener
}: SessionOptions): Promise<OpenSession> {
  const home =
    folder === undefined ? resolveHome() : resolveHome({ env: { ...process.env, ZEROSCOUT_HOME: folder } });
  const { onStep, onNote, name } = listener;
  const opened = await openClient(listener, async () => {
    // A session that starts no servers restarts those that died; servers that a person has stopped remain
    // down.
    if (start === 'never')
      await restartEmbedded({ home, which: listEmbeddedServices(), onStep, depth: 'process' });
    return resolveConnections({ home, start, onStep });
  });
  const { client, connections, close } = opened;
  try {
    const store = await openStore(connections.nats, name);
    const closeAll = async (): Promise<void> => {
      try {
        await store.close();
      } finally {
        await close();
      }
    };
    return { client, store, connections, home, modules, onNote, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Connects, passes the session to `use`, and disconnects in any case. A ServiceError names a server that
 * cannot be reached.
 */
export async function withSession<T>(
  options: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { close, ...session } = await openSession(options);
  try {
    return await use(session);
  } finally {
    await close();
  }
}

/**
 * Like `withSession` with `start: 'never'`. If NATS is unreachable and cannot be restarted, the session has
 * no store.
 */
export async function withStatusSession<T>(
  listener: SessionListener,
  use: (session: StatusSession) => Promise<T>,
): Promise<T> {
  const opened = await openClient(listener, async () => {
    const home = resolveHome();
    const { onStep, onNote } = listener;
    // What is known without the server is reported even if it cannot be restarted.
    await restartEmbedded({ home, which: listEmbeddedServices(), onStep, depth: 'process' }).catch(
      (error: Error) => onNote(error.message),
    );
    return resolveTemporal({ home });
  });
  const { client, close } = opened;
  const { temporal, nats } = opened.connections;
  try {
    const store = nats && (await openStore(nats, listener.name).catch((error) => noStore(error, listener)));
    try {
      return await use({ client, temporal, ...(store ? { store } : {}) });
    } finally {
      await store?.close();
    }
  } finally {
    await close();
  }
}

interface OpenedClient<C> {
  readonly client: Client;
  readonly connections: C;
  readonly close: () => Promise<void>;
}

async function openClient<C extends { readonly temporal: TemporalSettings }>(
  { name, onNote }: SessionListener,
  resolve: () => Promise<C>,
): Promise<OpenedClient<C>> {
  const codec = createPayloadCodec({ keys: readEncryptionKeys() });
  const tracing = await startTracing({
    service: name,
    onFault: (message) => onNote(`spans are not exported: ${message}`),
  });
  try {
    const connections = await resolve();
    const connection = await connectTemporal(connections.temporal);
    const client = new Client({
      connection,
      namespace: connections.temporal.namespace,
      dataConverter: { payloadCodecs: [codec] },
      ...(tracing ? { interceptors: tracing.client } : {}),
    });
    const close = async (): Promise<void> => {
      await tracing?.close();
      await connection.close();
    };
    return { client, connections, close };
  } catch (error) {
    await tracing?.close();
    throw error;
  }
}

function openStore(nats: NatsSettings, name: string): Promise<Store> {
  return connectStore({ ...nats, patienceMs: PATIENCE_MS, name });
}

/**
 * Goes on without a store. A server that does not answer is reported as away; any other reason, such as a wrong
 * password, is named here, because waiting would not help.
 */
function noStore(error: unknown, { onNote }: SessionListener): undefined {
  if (!(error instanceof ServiceError)) throw error;
  if (!['unreachable', 'timed-out'].includes(error.reason)) onNote(error.message);
  return undefined;
}
