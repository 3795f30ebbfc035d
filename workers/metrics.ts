// Counts what a worker does as Prometheus metrics; docs/operate/monitoring.md names an action for each metric
// that can indicate a problem.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RoundReport } from '../core/contract/search.js';
import type { PoolEvent, ScoredBatch } from '../engine/pool-event.js';

/** Bucket bounds in seconds, from a cell at batch 4 to a vision transformer at full resolution. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface Metrics {
  onPool(event: PoolEvent): void;
  onBatch(batch: ScoredBatch): void;
  onScored(): void;
  onFailed(): void;
  onSearch(rounds: readonly RoundReport[]): void;
  onVerified(counts: { readonly agreed: number; readonly disagreed: number; readonly failed: number }): void;
  onSetAside(workers: number): void;
  onStoreFault(fault: { readonly describe: string; readonly kind: string }): void;
  /** Sets the function that reads the backlogs of queues, once there is a connection. */
  watchQueues(ask: () => Promise<readonly Backlog[]>): void;
  /** The text that Prometheus scrapes. */
  text(): Promise<string>;
}

export interface Backlog {
  readonly queue: 'control' | 'score';
  /** The device of a queue of score workers; undefined for other queues. */
  readonly device?: string;
  /**
   * The number of tasks that no worker has taken, and the age in seconds of the oldest; both are the server's
   * estimates.
   */
  readonly tasks: number;
  readonly seconds: number;
}

export function createMetrics({ role, device }: { readonly role: string; readonly device: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role, ...(role === 'score' ? { device } : {}) });
  collectDefaultMetrics({ register: registry });
  const { candidates, seconds, ended, faults, verified, setAside } = createCounters({ role, registry });
  const gauges = createGauges(registry);
  let ask: (() => Promise<readonly Backlog[]>) | undefined;
  return {
    onPool: (event) => {
      if (event.type === 'died' || event.type === 'recycled') ended.inc({ reason: event.type });
    },
    onBatch: ({ requests, seconds: all, fault }) => {
      if (fault === undefined) for (const _ of requests) seconds.observe(all / requests.length);
    },
    onScored: () => candidates.inc({ outcome: 'scored' }),
    onFailed: () => candidates.inc({ outcome: 'failed' }),
    onSearch: (rounds) => {
      for (const { reused } of rounds) candidates.inc({ outcome: 'reused' }, reused);
    },
    onVerified: (counts) => {
      for (const [outcome, count] of Object.entries(counts)) verified.inc({ outcome }, count);
    },
    onSetAside: (workers) => setAside.inc(workers),
    onStoreFault: ({ describe, kind }) => faults.inc({ operation: describe, kind }),
    watchQueues: (how) => {
      ask = how;
    },
    text: async () => {
      setBacklogs(gauges, (await ask?.().catch(() => undefined)) ?? []);
      return registry.metrics();
    },
  };
}

interface Registered {
  readonly role: string;
  readonly registry: Registry;
}

function createCounters({ role, registry }: Registered) {
  const registers = [registry];
  const candidates = new Counter({
    name: 'zeroscout_candidates_total',
    help: 'Candidates by outcome: scored and failed at once, reused when their search ends',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of role === 'score' ? ['scored', 'failed'] : ['reused']) candidates.inc({ outcome }, 0);
  const seconds = new Histogram({
    name: 'zeroscout_candidate_seconds',
    help: 'Time of a scorer for a candidate, its share where several are scored together',
    buckets: SECONDS,
    registers,
  });
  const ended = new Counter({
    name: 'zeroscout_scorer_restarts_total',
    help: 'Scorer processes that died, or were replaced because of their memory',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of ['died', 'recycled']) ended.inc({ reason }, 0);
  const faults = new Counter({
    name: 'zeroscout_store_errors_total',
    help: 'Failed attempts at the store by operation and class; transient ones are retried',
    labelNames: ['operation', 'kind'],
    registers,
  });
  const verified = new Counter({
    name: 'zeroscout_verified_scores_total',
    help: 'Scores of other workers that this one has computed again, by outcome: agreed, disagreed, failed',
    labelNames: ['outcome'],
    registers,
  });
  if (role === 'score') for (const outcome of ['agreed', 'disagreed', 'failed']) verified.inc({ outcome }, 0);
  const setAside = new Counter({
    name: 'zeroscout_workers_set_aside_total',
    help: 'Workers that this control worker has set aside because their numbers are wrong',
    registers,
  });
  return { candidates, seconds, ended, faults, verified, setAside };
}

type Gauges = ReturnType<typeof createGauges>;

function createGauges(registry: Registry) {
  const registers = [registry];
  const tasks = new Gauge({
    name: 'zeroscout_queue_tasks',
    help: 'Tasks of a queue that no worker has taken',
    labelNames: ['queue', 'device'],
    registers,
  });
  const age = new Gauge({
    name: 'zeroscout_queue_age_seconds',
    help: 'Age of the oldest task of a queue',
    labelNames: ['queue', 'device'],
    registers,
  });
  new Gauge({
    name: 'zeroscout_clock_seconds',
    help: 'The time by the clock of this machine, in seconds since 1970',
    registers,
    collect() {
      this.set(Date.now() / 1000);
    },
  });
  return { tasks, age };
}

/**
 * A queue without an answer has no series, because an old value would look like a queue that does not move.
 */
function setBacklogs({ tasks, age }: Gauges, backlogs: readonly Backlog[]): void {
  tasks.reset();
  age.reset();
  for (const { queue, device, ...backlog } of backlogs) {
    const labels = { queue, ...(device === undefined ? {} : { device }) };
    tasks.set(labels, backlog.tasks);
    age.set(labels, backlog.seconds);
  }
}
