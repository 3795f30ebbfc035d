// In: the environment. Out: a connected session: Temporal client and store. One place where commands connect and disconnect.
import { Client } from '@temporalio/client';
import { connectStore } from '../store/jetstream.js';
import type { Store } from '../store/store.js';
import { createPayloadCodec } from '../workers/payload-codec.js';
import { startTracing } from '../workers/tracing/start.js';
import { type Connections, connectTemporal, resolveConnections } from './connections.js';
import { readEncryptionKeys } from './services/encryption-keys.js';
import { type Home, resolveHome } from './services/home.js';
import { note, paint } from './terminal.js';

/** How long a command waits for a server in trouble before it says so. */
const PATIENCE_MS = 5_000;

export interface Session {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Connections;
  readonly home: Home;
}

/** Connects, hands the session to `use`, and disconnects whatever happens. ServiceError names a server that is not there. */
export async function withSession<T>(
  { start }: { start: 'if-needed' | 'never' },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const home = resolveHome();
  const codec = createPayloadCodec({ keys: readEncryptionKeys() });
  const tracing = await startTracing({
    service: 'zeroscout-cli',
    onFault: (message) => note(`spans are not exported: ${message}`),
  });
  const connections = await resolveConnections({ home, start, onStep: (text) => note(paint.dim(text)) });
  const connection = await connectTemporal(connections.temporal);
  try {
    const store = await connectStore({
      ...connections.nats,
      patienceMs: PATIENCE_MS,
      name: 'zeroscout-cli',
    });
    try {
      const { namespace } = connections.temporal;
      const client = new Client({
        connection,
        namespace,
        dataConverter: { payloadCodecs: [codec] },
        ...(tracing ? { interceptors: tracing.client } : {}),
      });
      return await use({ client, store, connections, home });
    } finally {
      await store.close();
    }
  } finally {
    await tracing?.close();
    await connection.close();
  }
}
