// Runs a worker process: connects, polls the queue of its role until a signal, drains, and closes its
// connections.
import { hostname } from 'node:os';
import { NativeConnection } from '@temporalio/worker';
import { createGate } from '../activities/engine-gate.js';
import { createLocalImages } from '../activities/local-images.js';
import { wholeVersion } from '../core/contract/engines.js';
import { CONTROL_QUEUE, scoreQueue } from '../core/contract/search-queues.js';
import { formatIdentity } from '../core/contract/worker-identity.js';
import { ENGINE_VERSION } from '../core/engine-version.js';
import { FAILURE_CONVERTER } from './bundle.js';
import { createLatencyPool, runControlWorker } from './control-worker.js';
import { endAtShutdown } from './end-at-shutdown.js';
import { createFleet } from './fleet.js';
import { createLog, installTemporalRuntime } from './log.js';
import type { Monitor } from './monitor.js';
import { freeAddress, observe } from './observe.js';
import { createPayloadCodec } from './payload-codec.js';
import type { EndState } from './run-while-trusted.js';
import { createPool, runScoreWorker } from './score-worker.js';
import { startTracing } from './tracing/start.js';
import type { Polling, WorkerContext, WorkerOptions } from './worker-options.js';

export { SCORER_SCRIPT } from './score-worker.js';
export type { WorkerOptions } from './worker-options.js';

/** How long a stopping worker waits for its activities before it returns them to the queue. */
const GRACE = '20s';

/** Resolves when the worker has stopped and all its resources are closed. */
export async function runWorker(options: WorkerOptions): Promise<EndState> {
  const { role } = options;
  const { monitor } = options.process;
  const log = createLog({ role });
  const tracing = await startTracing({
    service: `zeroscout-${role}`,
    onFault: (message) => log.warn({ message }, 'spans are not exported'),
  });
  const metricsAddress = monitor && (await freeAddress());
  installTemporalRuntime({ log, metricsAddress });
  try {
    return await runInProcess({ options, log, tracing, metricsAddress });
  } finally {
    await tracing?.close();
    log.info('worker stopped');
  }
}

/**
 * Runs a worker in a process whose Temporal runtime is installed already. A process may run several, each under
 * a name and over a connection of its own.
 */
export async function runInProcess(given: Omit<Setting, 'connection'>): Promise<EndState> {
  const connection = await NativeConnection.connect(given.options.temporal.options);
  try {
    return await runRole({ ...given, connection });
  } finally {
    await connection.close();
  }
}

/** A process with its connections and tracing. */
interface Setting extends Pick<WorkerContext, 'options' | 'log' | 'tracing' | 'connection'> {
  readonly metricsAddress: string | undefined;
}

async function runRole(set: Setting): Promise<EndState> {
  const { options } = set;
  const images = createLocalImages({ blobs: options.store.blobs });
  const pool = options.role === 'score' ? createPool(set) : createLatencyPool();
  let running: Polling | undefined;
  let server: Monitor | undefined;
  try {
    server = await observeWorker(set, () => running?.getState() === 'RUNNING');
    const context = contextOf(set, {
      server,
      onWorker: (worker) => {
        running = worker;
      },
    });
    if (options.role === 'score') return await runScoreWorker(context, { pool, images });
    await runControlWorker(context, pool);
    return 'stopped';
  } finally {
    await server?.close();
    await pool.close();
    await images.close();
  }
}

/** Serves metrics and health if the options ask for it. */
async function observeWorker(
  { options, connection, metricsAddress }: Setting,
  isRunning: () => boolean,
): Promise<Monitor | undefined> {
  const { role, store } = options;
  const { monitor } = options.process;
  if (!monitor) return undefined;
  return await observe(monitor, {
    temporal: { connection, namespace: options.temporal.namespace, metricsAddress: metricsAddress! },
    role,
    device: options.scoring.device,
    store,
    isRunning,
  });
}

function contextOf(
  set: Setting,
  { server, onWorker }: { readonly server: Monitor | undefined } & Pick<WorkerContext, 'onWorker'>,
): WorkerContext {
  const { options, log, tracing, connection } = set;
  const { role } = options;
  const { device, concurrency } = options.scoring;
  const { namespace, keys = [] } = options.temporal;
  const place = options.process.name ?? `${process.pid}@${hostname()}`;
  const who = { place, engine: wholeVersion(ENGINE_VERSION) };
  const queue = role === 'score' ? scoreQueue(device) : CONTROL_QUEUE;
  return {
    options,
    log,
    tracing,
    connection,
    place,
    queue,
    gate: createGate({
      fleet: createFleet({ connection, namespace, queue }),
      onRefused: onceEach(({ reason }) => log.warn(`left to workers of another engine: ${reason}`)),
    }),
    sdk: {
      connection,
      namespace,
      taskQueue: queue,
      identity: formatIdentity(role === 'score' ? { role, device, concurrency, ...who } : { role, ...who }),
      shutdownGraceTime: GRACE,
      dataConverter: {
        payloadCodecs: [createPayloadCodec({ keys })],
        ...(keys.length > 0 ? { failureConverterPath: FAILURE_CONVERTER } : {}),
      },
      ...tracing?.worker,
      interceptors: {
        ...tracing?.worker.interceptors,
        activity: [endAtShutdown, ...(tracing?.worker.interceptors?.activity ?? [])],
      },
    },
    onWorker,
    onReady: () => {
      options.process.onReady?.();
      log.info({ queue, concurrency, ...(server ? { metrics: server.address } : {}) }, 'worker ready');
    },
  };
}

/** Passes on the first of several equal events, because a refused step comes again every second. */
function onceEach<E>(tell: (event: E) => void): (event: E) => void {
  let last = '';
  return (event) => {
    const text = JSON.stringify(event);
    if (text !== last) tell(event);
    last = text;
  };
}
