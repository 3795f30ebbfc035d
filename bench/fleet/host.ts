// Runs many score workers in one process, each with its own connections, name and poller; their scorers are
// synthetic. The process that started it tells it by messages which workers to start and to preempt.
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { resolveConnections } from '../../client/connections/resolve-connections.js';
import { resolveHome } from '../../client/embedded/home.js';
import { connectStore } from '../../store/jetstream.js';
import { createLog, installTemporalRuntime } from '../../workers/log.js';
import { runInProcess } from '../../workers/run.js';
import { syntheticPool } from '../scale/synthetic-pool.js';
import type { FromHost, ToHost } from './messages.js';

const running = new Map<string, AbortController>();
const log = createLog({ role: 'score' });
installTemporalRuntime({ log });
const { temporal, nats } = await resolveConnections({
  home: resolveHome(),
  start: 'never',
  onStep: () => {},
});
await (await connectTemporal(temporal)).close();

process.on('message', (message: ToHost) => {
  if (message.type === 'start') void start(message);
  // A worker whose machine is about to be taken away receives SIGTERM, on which it stops as it does here.
  else running.get(message.name)?.abort();
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'up' });

/** Runs a worker until it is preempted. One that cannot connect ends, and is started again like any other. */
async function start({ name, milliseconds, device }: ToHost & { readonly type: 'start' }): Promise<void> {
  const stop = new AbortController();
  running.set(name, stop);
  try {
    const store = await connectStore({ url: nats.url, patienceMs: 120_000, name });
    try {
      await runInProcess({
        options: {
          role: 'score',
          process: { name, stop: stop.signal, onReady: () => tell({ type: 'ready', name }) },
          temporal,
          store,
          scoring: { device, concurrency: 1, createPool: syntheticPool(milliseconds) },
          control: { commands: 'refused' },
        },
        log,
        tracing: undefined,
        metricsAddress: undefined,
      });
    } finally {
      await store.close();
    }
  } catch (error) {
    log.error({ err: error, name }, 'worker ended');
  }
  running.delete(name);
  tell({ type: 'ended', name });
}

function tell(message: FromHost): void {
  if (process.connected) process.send!(message);
}
