// Runs a score worker, whose scorer processes score shards and verify scores until the worker is set aside.
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createScoreActivities } from '../activities/create.js';
import type { LocalImages } from '../activities/local-images.js';
import type { Scoring } from '../activities/scoring.js';
import { isBatchedDevice, together } from '../core/specification/devices.js';
import { createScorerPool } from '../engine/scorer-pool.js';
import { createIdleClock, type IdleClock } from './idle-clock.js';
import { type EndState, runWhileTrusted } from './run-while-trusted.js';
import type { WorkerContext } from './worker-options.js';

/**
 * The resident memory at which the scorer of a batched device is replaced; the libraries of a GPU alone take
 * some gigabytes.
 */
const BATCHED_BYTES = 8e9;
/**
 * The number of shards processed at once: while one waits for its last candidate, the next keeps the scorers
 * busy.
 */
const SHARDS_AT_ONCE = 2;

/**
 * The number of requests for work that wait at the server. A server accepts 1,200 of a namespace by default
 * (`frontend.namespaceCount`), and refuses more, also those of control workers: with one for each shard, 600
 * idle score workers would leave no room for a control worker.
 */
const POLLS = 1;

/** The time within which Temporal must answer before an idle worker ends. */
const ANSWER_MS = 2_000;

export const SCORER_SCRIPT = fileURLToPath(new URL('../engine/scorer-process.js', import.meta.url));

const SET_ASIDE =
  'this worker was set aside: it asks for no work until it is released; see first whether its machine computes right';

export type ScorerPool = ReturnType<typeof createScorerPool>;

export function createPool({
  options,
  log,
  tracing,
}: Pick<WorkerContext, 'options' | 'log' | 'tracing'>): ScorerPool {
  const { device, concurrency, candidateTimeoutMs, scorerScript = SCORER_SCRIPT } = options.scoring;
  const { createPool: create = createScorerPool } = options.scoring;
  const { monitor } = options.process;
  // Scorers for the CPU share its cores; a batched device belongs to one scorer, which also holds the results
  // of a batch.
  const isBatched = isBatchedDevice(device);
  return create({
    script: scorerScript,
    size: isBatched ? 1 : concurrency,
    together: together(device),
    scorer: { device, ...(isBatched ? { threads: concurrency } : {}) },
    limits: { timeoutMs: candidateTimeoutMs, ...(isBatched ? { maxResidentBytes: BATCHED_BYTES } : {}) },
    listener: {
      onEvent: (event) => {
        monitor?.metrics.onPool(event);
        log[event.type === 'died' ? 'warn' : 'debug'](event, `scorer ${event.type}`);
      },
      onBatch: (batch) => {
        monitor?.metrics.onBatch(batch);
        tracing?.onBatch(batch);
      },
    },
  });
}

export interface Scorers {
  readonly pool: ScorerPool;
  readonly images: LocalImages;
}

export async function runScoreWorker(context: WorkerContext, scorers: Scorers): Promise<EndState> {
  const clock = idleClockOf(context);
  try {
    return await runUntilStopped(context, scorers, clock);
  } finally {
    clock?.close();
  }
}

function runUntilStopped(
  context: WorkerContext,
  scorers: Scorers,
  clock: IdleClock | undefined,
): Promise<EndState> {
  const { options, log, place, onWorker, onReady } = context;
  const { store } = options;
  const stop = clock ? AbortSignal.any([options.process.stop, clock.isOver]) : options.process.stop;
  clock?.isOver.addEventListener('abort', () => log.info('no work is left; this worker ends'));
  return runWhileTrusted({
    create: (standing) => createWorker({ context, scorers, standing, clock }),
    standing: { records: store.workers, worker: place, stop, onFault: warnOnce(log) },
    onWorker: (worker) => {
      onWorker(worker);
      onReady();
    },
    onSetAside: (record) => log.error(record, SET_ASIDE),
    onReleased: () => log.info('this worker was released and asks for work again'),
  });
}

/** The clock of `--until-idle`, undefined for a worker that stays. */
function idleClockOf({ options, connection }: WorkerContext): IdleClock | undefined {
  const { untilIdleMs } = options.process;
  if (untilIdleMs === undefined) return undefined;
  const ask = () => connection.workflowService.getSystemInfo({});
  return createIdleClock({
    idleMs: untilIdleMs,
    answers: () =>
      connection.withDeadline(Date.now() + ANSWER_MS, ask).then(
        () => true,
        () => false,
      ),
  });
}

interface CreateWorkerArguments {
  readonly context: WorkerContext;
  readonly scorers: Scorers;
  readonly standing: AbortSignal;
  readonly clock: IdleClock | undefined;
}

function createWorker({
  context,
  scorers: { pool, images },
  standing,
  clock,
}: CreateWorkerArguments): Promise<Worker> {
  const { options, gate, sdk } = context;
  const scoring = scoringOf({ context, pool, standing });
  const activities = createScoreActivities({ store: options.store, images, gate, scoring });
  return Worker.create({
    ...sdk,
    activities: clock ? clock.watch(activities) : activities,
    maxConcurrentActivityTaskExecutions: SHARDS_AT_ONCE,
    maxConcurrentActivityTaskPolls: POLLS,
    maxHeartbeatThrottleInterval: '3s',
    defaultHeartbeatThrottleInterval: '3s',
  });
}

function scoringOf({
  context: { options, log, tracing, place },
  pool,
  standing,
}: {
  readonly context: WorkerContext;
  readonly pool: ScorerPool;
  readonly standing: AbortSignal;
}): Scoring {
  const metrics = options.process.monitor?.metrics;
  return {
    device: options.scoring.device,
    worker: place,
    standing,
    size: pool.size,
    countDeaths: pool.countDeaths,
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
  };
}

/**
 * Logs the fault once. A store that does not report whether a worker is set aside is no reason to stop
 * working.
 */
function warnOnce(log: WorkerContext['log']): (error: Error) => void {
  let told = false;
  return ({ message }) => {
    if (!told) log.warn({ message }, 'cannot see whether this worker was set aside; it goes on');
    told = true;
  };
}
