// Opens the connections that work with searches needs, Temporal's client and the store, and closes them again.
import { Client } from '@temporalio/client';
import { ServiceError } from '../../core/errors.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { createPayloadCodec } from '../../workers/payload-codec.js';
import { startTracing } from '../../workers/tracing/start.js';
import { type Home, resolveHome } from '../embedded/home.js';
import { restartEmbedded } from '../embedded/keep-running.js';
import { type ModulePermission, modulePermission } from '../specification/allow-modules.js';
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

/** What work with searches needs: connected servers, where the embedded ones live, and what this program may do. */
export interface Session {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Connections;
  readonly home: Home;
  /** Whether the code of spaces of kind module may run in this process and in workers that it starts. */
  readonly modules: ModulePermission;
  /** Called with one line for what happens meanwhile: a worker that ended, servers that are started again. */
  readonly onNote: (text: string) => void;
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
  readonly onNote: (text: string) => void;
}

export interface SessionOptions extends SessionListener {
  /** Whether embedded servers are started where nothing is configured, or must run already. */
  readonly start: 'if-needed' | 'never';
  /** The folder of the embedded servers; without it, what ZEROSCOUT_HOME says. */
  readonly home?: string;
  /** Without it, what the environment says. */
  readonly modules?: ModulePermission;
}

/** A session that stays open until `close`. */
export interface OpenSession extends Session {
  close(): Promise<void>;
}

/** Connects; ServiceError names a server that is not there. The caller closes the session. */
export async function openSession({
  start,
  home: folder,
  modules = modulePermission(),
  ...listener
}: SessionOptions): Promise<OpenSession> {
  const home =
    folder === undefined ? resolveHome() : resolveHome({ env: { ...process.env, ZEROSCOUT_HOME: folder } });
  const { onStep, onNote, name } = listener;
  const opened = await openClient(listener, async () => {
    // A session that starts no servers starts those again that died; servers that a person has ended stay down.
    if (start === 'never')
      await restartEmbedded({ home, which: embeddedServices(), onStep, depth: 'process' });
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

/** Connects, hands the session to `use`, and disconnects whatever happens. ServiceError names a server that is not there. */
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

/** As `withSession` with `start: 'never'`; where NATS is away and cannot be started again the session has no store. */
export async function withStatusSession<T>(
  listener: SessionListener,
  use: (session: StatusSession) => Promise<T>,
): Promise<T> {
  const opened = await openClient(listener, async () => {
    const home = resolveHome();
    const { onStep, onNote } = listener;
    // What is known without the server is told even where it cannot be started again.
    await restartEmbedded({ home, which: embeddedServices(), onStep, depth: 'process' }).catch(
      (error: Error) => onNote(error.message),
    );
    return resolveTemporal({ home });
  });
  const { client, close } = opened;
  const { temporal, nats } = opened.connections;
  try {
    const store = nats && (await openStore(nats, listener.name).catch(noStore));
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
}

function openStore(nats: NatsSettings, name: string): Promise<Store> {
  return connectStore({ ...nats, patienceMs: PATIENCE_MS, name });
}

/** A server that does not answer; a setting that is wrong is an error all the same. */
function noStore(error: unknown): undefined {
  if (error instanceof ServiceError) return undefined;
  throw error;
}
