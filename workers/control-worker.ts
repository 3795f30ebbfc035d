// Runs a control worker: one SDK worker for activities, and one for workflows that is created again after
// every outage.
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createControlActivities } from '../activities/create.js';
import type { LatencyMeter } from '../activities/latency.js';
import type { Measurement } from '../core/contract/latency.js';
import { createScorerPool } from '../engine/scorer-pool.js';
import type { Proxies } from '../store/store.js';
import { locateBundle } from './bundle.js';
import { noteNamespace } from './note-namespace.js';
import { createPolling } from './polling.js';
import { runUntil, runWithReconnect } from './run-with-reconnect.js';
import type { ControlOptions, WorkerContext } from './worker-options.js';

const LATENCY_SCRIPT = fileURLToPath(new URL('../engine/latency-process.js', import.meta.url));

type LatencyPool = ReturnType<typeof createScorerPool>;

/** The pool has one process, because two simultaneous measurements would disturb each other. */
export function createLatencyPool(): LatencyPool {
  return createScorerPool({ script: LATENCY_SCRIPT, size: 1 });
}

export async function runControlWorker(context: WorkerContext, latency: LatencyPool): Promise<void> {
  const { options, log, sdk, onWorker, onReady, tracing } = context;
  const { temporal } = options;
  const { keys = [] } = temporal;
  const { deployment } = options.control;
  const versioned = { ...sdk, ...(deployment ? { workerDeploymentOptions: pinVersion(deployment) } : {}) };
  // Activities continue while the worker for workflows is created again.
  const activities = await Worker.create({
    ...versioned,
    // Heartbeats carry the progress of planning and breeding, which `status` shows.
    maxHeartbeatThrottleInterval: '3s',
    defaultHeartbeatThrottleInterval: '3s',
    activities: activitiesOf(context, latency),
  });
  const codePath = locateBundle({
    payloads: keys.length > 0 ? 'encrypted' : 'plain',
    spans: tracing ? 'traced' : 'none',
  });
  let isFirst = true;
  const runWorkflows = (stop: AbortSignal) =>
    runWithReconnect({
      create: () => Worker.create({ ...versioned, workflowBundle: { codePath } }),
      temporal: temporal.options,
      stop,
      onWorker: (worker) => {
        if (isFirst) onReady();
        isFirst = false;
        onWorker(worker);
      },
      onAway: () => log.info('Temporal is away; workflows are read anew when it is back'),
    });
  const endNotes = noteNamespace(context);
  try {
    await runTogether([(stop) => runUntil({ worker: activities, stop }), runWorkflows], options.process.stop);
  } finally {
    endNotes();
  }
}

function activitiesOf(
  { options, log, connection, gate }: WorkerContext,
  latency: LatencyPool,
): ReturnType<typeof createControlActivities> {
  const { store, temporal } = options;
  const { commands, verify } = options.control;
  const metrics = options.process.monitor?.metrics;
  return createControlActivities({
    store,
    gate,
    meter: meterOf(latency),
    notifying: { commands, env: process.env },
    verification: {
      verify,
      polling: createPolling({ connection, namespace: temporal.namespace }),
      onSetAside: (workers) => {
        metrics?.onSetAside(workers.length);
        log.error({ workers }, 'workers were set aside: their numbers are wrong');
      },
    },
    onReport: (rounds) => metrics?.onSearch(rounds),
  });
}

/** Measures one image at a time, on one thread of this machine. */
function meterOf(latency: LatencyPool): LatencyMeter {
  return {
    machine: `${cpus()[0]?.model.trim() ?? process.arch}, 1 thread`,
    measure: async ({ resolution, ...candidate }) => {
      const fidelity = { batch: 1, resolution, weights: 'shared', features: 'blocks' } as const;
      const [measured] = await latency.score({ ...candidate, fidelity, draws: [0] });
      return measured as Proxies & Measurement;
    },
  };
}

/** Runs several workers. If one fails or is to stop, the others stop too, and all drain. */
async function runTogether(
  runs: readonly ((stop: AbortSignal) => Promise<void>)[],
  stop: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([stop, ended.signal]);
  const all = runs.map((run) => run(either).finally(() => ended.abort()));
  await Promise.allSettled(all);
  await Promise.all(all);
}

function pinVersion(version: NonNullable<ControlOptions['deployment']>) {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } as const;
}
