// In: a role and connections. Out: a running worker process: polls its queue until told to stop, then drains.
import { cpus, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions, Worker } from '@temporalio/worker';
import { createControlActivities, createScoreActivities } from '../activities/create.js';
import { createGate } from '../activities/engine-gate.js';
import { createLocalImages } from '../activities/local-images.js';
import { wholeVersion } from '../core/contract/engines.js';
import type { Measurement } from '../core/contract/latency.js';
import { CONTROL_QUEUE, scoreQueue } from '../core/contract/search-queues.js';
import { spellIdentity } from '../core/contract/worker-identity.js';
import { ENGINE_VERSION } from '../core/engine-version.js';
import { type Device, isBatchedDevice, together } from '../core/specification/devices.js';
import { createScorerPool } from '../engine/scorer-pool.js';
import type { Proxies, Store } from '../store/store.js';
import { bundlePath, FAILURE_CONVERTER } from './bundle.js';
import { createFleet } from './fleet.js';
import { createLog, installTemporalRuntime } from './log.js';
import type { Monitor } from './monitor.js';
import { freeAddress, type MonitorOptions, observe } from './observe.js';
import { createPayloadCodec, type EncryptionKey } from './payload-codec.js';
import { createPolling } from './polling.js';
import { runRenewed, runUntil } from './renewed.js';
import { startTracing } from './tracing/start.js';
import { type Ended, runWhileTrusted } from './trusted.js';

/** How long a worker that was told to stop lets activities finish before it hands them to others. */
const GRACE = '20s';
const LATENCY_SCRIPT = fileURLToPath(new URL('../engine/latency-process.js', import.meta.url));
/** Resident size at which the scorer of a stack is replaced: the libraries of a GPU take some gigabytes themselves. */
const STACK_BYTES = 8e9;
/** Shards worked on at once: while one waits for its last candidate the next keeps the scorers busy. */
const SHARDS_AT_ONCE = 2;

export const SCORER_SCRIPT = fileURLToPath(new URL('../engine/scorer-process.js', import.meta.url));

export interface WorkerOptions {
  readonly role: 'control' | 'score';
  readonly device: Device;
  /** Scorer processes of a score worker, or of a device that one process owns: threads of that process. */
  readonly concurrency: number;
  /** How long a scorer may take for a candidate, or for those that it takes together. */
  readonly candidateTimeoutMs?: number | undefined;
  readonly temporal: {
    readonly options: ConnectionOptions & NativeConnectionOptions;
    readonly namespace: string;
  };
  readonly store: Store;
  readonly stop: AbortSignal;
  /** Under the first of them Temporal's payloads are encrypted; without any they are not. */
  readonly keys?: readonly EncryptionKey[];
  /** Whether a control worker runs what `notify.command` of a specification says. */
  readonly commands: 'allowed' | 'refused';
  /** Of a control worker: the share of the scores that is verified where a specification does not say. */
  readonly verify?: number;
  /** A name that outlives the process, in place of PID@HOST; no two workers may have one name. */
  readonly name?: string | undefined;
  /** The version of a control worker; without it the next one replays whatever runs. */
  readonly deployment?: { readonly deploymentName: string; readonly buildId: string } | undefined;
  /** Where metrics and health are served, and what is counted; without it nothing is. */
  readonly monitor?: MonitorOptions | undefined;
  /** Another scorer in place of ours; for tests of what happens when one misbehaves. */
  readonly scorerScript?: string;
  readonly onReady?: () => void;
}

const SET_ASIDE =
  'this worker was set aside: it asks for no work until `zeroscout workers release` names it; see whether its machine computes right';

/** Resolves when the worker has stopped and everything it held is closed. */
export async function runWorker(options: WorkerOptions): Promise<Ended> {
  const log = createLog({ role: options.role });
  const tracing = await startTracing({
    service: `zeroscout-${options.role}`,
    onFault: (message) => log.warn({ message }, 'spans are not exported'),
  });
  const { monitor } = options;
  const metrics = monitor?.metrics;
  const metricsAddress = monitor && (await freeAddress());
  installTemporalRuntime({ log, metricsAddress });
  const connection = await NativeConnection.connect(options.temporal.options);
  const { role, device, concurrency, store, stop, commands, keys = [] } = options;
  const pool =
    role === 'score'
      ? createScorerPool({
          script: options.scorerScript ?? SCORER_SCRIPT,
          device,
          together: together(device),
          ...(options.candidateTimeoutMs ? { timeoutMs: options.candidateTimeoutMs } : {}),
          ...processesOf({ device, concurrency }),
          onEvent: (event) => {
            metrics?.onPool(event);
            log[event.type === 'died' ? 'warn' : 'debug'](event, `scorer ${event.type}`);
          },
          onBatch: (batch) => {
            metrics?.onBatch(batch);
            tracing?.onBatch(batch);
          },
        })
      : undefined;
  const latency = role === 'control' ? createScorerPool({ script: LATENCY_SCRIPT, size: 1 }) : undefined;
  const images = createLocalImages({ blobs: store.blobs });
  const queue = role === 'score' ? scoreQueue(device) : CONTROL_QUEUE;
  let running: Worker | undefined;
  let server: Monitor | undefined;
  let ended: Ended = 'stopped';
  try {
    if (monitor)
      server = await observe({
        ...monitor,
        temporal: metricsAddress!,
        connection,
        namespace: options.temporal.namespace,
        role,
        device,
        store,
        isRunning: () => running?.getState() === 'RUNNING',
      });
    const dataConverter = {
      payloadCodecs: [createPayloadCodec({ keys })],
      ...(keys.length > 0 ? { failureConverterPath: FAILURE_CONVERTER } : {}),
    };
    const place = options.name ?? `${process.pid}@${hostname()}`;
    const who = { place, engine: wholeVersion(ENGINE_VERSION) };
    const identity = spellIdentity(
      pool ? { role: 'score', device, concurrency, ...who } : { role: 'control', ...who },
    );
    const { namespace } = options.temporal;
    const gate = createGate({
      fleet: createFleet({ connection, namespace, queue }),
      onRefused: onceEach(({ reason }) => log.warn(`left to workers of another engine: ${reason}`)),
    });
    const shared = {
      connection,
      namespace,
      identity,
      shutdownGraceTime: GRACE,
      dataConverter,
      ...tracing?.worker,
    };
    const ready = () => {
      options.onReady?.();
      log.info({ queue, concurrency, ...(server ? { metrics: server.address } : {}) }, 'worker ready');
    };
    if (pool) {
      const told = warnOnce(log);
      const create = (standing: AbortSignal) =>
        Worker.create({
          ...shared,
          taskQueue: queue,
          activities: createScoreActivities({
            store,
            images,
            gate,
            scoring: {
              device,
              worker: place,
              standing,
              size: pool.size,
              score: (request, turn) => {
                tracing?.onRequest(request);
                return pool.score(request, turn);
              },
              onScored: (event) => {
                metrics?.onScored();
                log.debug(event, 'scored candidate');
              },
              onVerified: (counts) => {
                metrics?.onVerified(counts);
                log.debug(counts, 'scores of another worker computed again');
              },
              onFailed: (event) => {
                metrics?.onFailed();
                log.warn(event, 'candidate set aside');
              },
            },
          }),
          maxConcurrentActivityTaskExecutions: SHARDS_AT_ONCE,
          maxHeartbeatThrottleInterval: '3s',
          defaultHeartbeatThrottleInterval: '3s',
        });
      ended = await runWhileTrusted({
        create,
        standing: { records: store.workers, worker: place, stop, onFault: told },
        onWorker: (worker) => {
          running = worker;
          ready();
        },
        onSetAside: (record) => log.error(record, SET_ASIDE),
        onReleased: () => log.info('this worker was released and asks for work again'),
      });
    } else {
      const deployment = options.deployment ? { workerDeploymentOptions: pinned(options.deployment) } : {};
      // Activities go on while workflows are read anew.
      const activities = await Worker.create({
        ...{ ...shared, ...deployment, taskQueue: queue },
        // Heartbeats carry how far planning and breeding are, for whoever watches.
        maxHeartbeatThrottleInterval: '3s',
        defaultHeartbeatThrottleInterval: '3s',
        activities: createControlActivities({
          store,
          commands,
          env: process.env,
          gate,
          meter: {
            machine: `${cpus()[0]?.model.trim() ?? process.arch}, 1 thread`,
            measure: async ({ resolution, ...candidate }) => {
              const fidelity = { batch: 1, resolution, weights: 'shared', features: 'blocks' } as const;
              const [measured] = await latency!.score({ ...candidate, fidelity, draws: [0] });
              return measured as Proxies & Measurement;
            },
          },
          onReport: (rounds) => metrics?.onSearch(rounds),
          verify: options.verify,
          polling: createPolling({ connection, namespace }),
          onSetAside: (workers) => {
            metrics?.onSetAside(workers.length);
            log.error({ workers }, 'workers were set aside: their numbers are wrong');
          },
        }),
      });
      const codePath = bundlePath({
        payloads: keys.length > 0 ? 'encrypted' : 'plain',
        spans: tracing ? 'traced' : 'none',
      });
      const workflows = {
        create: () =>
          Worker.create({
            ...{ ...shared, ...deployment, taskQueue: queue },
            workflowBundle: { codePath },
          }),
        onWorker: (worker: Worker) => {
          if (!running) ready();
          running = worker;
        },
        onAway: () => log.info('Temporal is away; workflows are read anew when it is back'),
      };
      await untilOneEnds(
        [
          (stop) => runUntil({ worker: activities, stop }),
          (stop) => runRenewed({ ...workflows, temporal: options.temporal.options, stop }),
        ],
        stop,
      );
    }
  } finally {
    await server?.close();
    await pool?.close();
    await latency?.close();
    await tracing?.close();
    await images.close();
    await connection.close();
    log.info('worker stopped');
  }
  return ended;
}

/** A store that does not tell whether a worker is set aside is no reason to stop working. */
function warnOnce(log: ReturnType<typeof createLog>): (error: Error) => void {
  let told = false;
  return ({ message }) => {
    if (!told) log.warn({ message }, 'cannot see whether this worker was set aside; it goes on');
    told = true;
  };
}

/** Hands on the first of equal events: a step that is refused comes again every second. */
function onceEach<E>(tell: (event: E) => void): (event: E) => void {
  let last = '';
  return (event) => {
    const text = JSON.stringify(event);
    if (text !== last) tell(event);
    last = text;
  };
}

/** Where one fails, or is told to stop, the others stop too, and all have drained. */
async function untilOneEnds(
  runs: readonly ((stop: AbortSignal) => Promise<void>)[],
  stop: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([stop, ended.signal]);
  const all = runs.map((run) => run(either).finally(() => ended.abort()));
  await Promise.allSettled(all);
  await Promise.all(all);
}

/** Scorers of the cpu share its cores; a device belongs to one of them, which holds a stack's results beside it. */
function processesOf({ device, concurrency }: { device: Device; concurrency: number }) {
  return isBatchedDevice(device)
    ? { size: 1, threads: concurrency, maxResidentBytes: STACK_BYTES }
    : { size: concurrency };
}

function pinned(version: NonNullable<WorkerOptions['deployment']>) {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } as const;
}
