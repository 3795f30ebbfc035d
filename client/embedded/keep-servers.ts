// Keeps embedded servers running while a program waits for a search.
import type { Connections } from '../connections/resolve-connections.js';
import type { AwayServer } from '../status/waiting.js';
import type { Home, ServiceName } from './home.js';
import { keepRunning } from './keep-running.js';

const SERVICE: { readonly [name in AwayServer['name']]: ServiceName } = {
  NATS: 'nats',
  Temporal: 'temporal',
};

/** Keeps the servers running during `work`. Configured servers are left to the user. */
export async function withServersKept<T>(
  {
    home,
    connections,
    onStep,
  }: {
    readonly home: Home;
    readonly connections: Connections;
    readonly onStep: (text: string) => void;
  },
  work: (isRestarted: (name: AwayServer['name']) => boolean) => Promise<T>,
): Promise<T> {
  const which = (['temporal', 'nats'] as const).filter((name) => connections[name].source === 'embedded');
  const keeper = keepRunning({ home, which, onStep });
  try {
    return await work((name) => keeper.restarts(SERVICE[name]));
  } finally {
    keeper.stop();
  }
}
