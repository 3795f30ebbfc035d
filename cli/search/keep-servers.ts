// Keeps the embedded servers of a command running while it waits for a search.
import type { Connections } from '../connections.js';
import type { Home, ServiceName } from '../services/home.js';
import { keepRunning } from '../services/keep-running.js';
import type { AwayServer } from '../status/waiting.js';
import { note, paint } from '../terminal.js';

const SERVICE: { readonly [name in AwayServer['name']]: ServiceName } = {
  NATS: 'nats',
  Temporal: 'temporal',
};

/** Runs `work` meanwhile; servers that a user configured are the user's. */
export async function withServersKept<T>(
  { home, connections }: { readonly home: Home; readonly connections: Connections },
  work: (isRestarted: (name: AwayServer['name']) => boolean) => Promise<T>,
): Promise<T> {
  const which = (['temporal', 'nats'] as const).filter((name) => connections[name].source === 'embedded');
  const keeper = keepRunning({ home, which, onStep: (text) => note(paint.dim(text)) });
  try {
    return await work((name) => keeper.restarts(SERVICE[name]));
  } finally {
    keeper.stop();
  }
}
