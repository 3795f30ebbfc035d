// Keeps embedded servers running while a program waits for a search.
import type { Connections } from '../connections/resolve-connections.js';
import type { AwayServer } from '../status/waiting.js';
import type { Home, ServiceName } from './home.js';
import { keepRunning } from './keep-running.js';

const SERVICE: { readonly [name in AwayServer['name']]: ServiceName } = {
  NATS: 'nats',
  Temporal: 'temporal',
};

interface KeepServersArguments {
  readonly home: Home;
  readonly connections: Connections;
  /** Called with one line for each step of starting a server again. */
  readonly onStep: (text: string) => void;
}

export interface KeptServers {
  /** Whether this server would be started again. */
  readonly isRestarted: (name: AwayServer['name']) => boolean;
  stop(): void;
}

/** Keeps embedded servers running until `stop`. Configured servers are left to the user. */
export function keepServers({ home, connections, onStep }: KeepServersArguments): KeptServers {
  const which = (['temporal', 'nats'] as const).filter((name) => connections[name].source === 'embedded');
  const keeper = keepRunning({ home, which, onStep });
  return { isRestarted: (name) => keeper.restarts(SERVICE[name]), stop: keeper.stop };
}

/** Keeps the servers running during `work`. */
export async function withServersKept<T>(
  args: KeepServersArguments,
  work: (isRestarted: KeptServers['isRestarted']) => Promise<T>,
): Promise<T> {
  const servers = keepServers(args);
  try {
    return await work(servers.isRestarted);
  } finally {
    servers.stop();
  }
}
