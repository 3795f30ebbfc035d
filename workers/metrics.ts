// In: what a worker does. Out: the same as Prometheus metrics. docs/operations.md names an action for each that can go wrong.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RoundReport } from '../core/spec/search.js';
import type { PoolEvent } from '../engine/pool-event.js';

/** From a cell at batch 4 to a vision transformer at full resolution. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface Metrics {
  onPool(event: PoolEvent): void;
  onScored(): void;
  onFailed(): void;
  onSearch(rounds: readonly RoundReport[]): void;
  onStoreFault(fault: { readonly describe: string; readonly kind: string }): void;
  /** How the queue that this worker polls is asked for its backlog, once there is a connection. */
  watchQueue(ask: () => Promise<Backlog>): void;
  /** The exposition that Prometheus scrapes. */
  text(): Promise<string>;
}

export interface Backlog {
  /** Tasks that nobody has taken, and the age in seconds of the oldest; estimates of the server. */
  readonly tasks: number;
  readonly seconds: number;
}

export function createMetrics({ role, device }: { role: string; device: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ role, ...(role === 'score' ? { device } : {}) });
  collectDefaultMetrics({ register: registry });

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
    help: 'Attempts at the store that failed, by what was done and by class; transient ones are tried again',
    labelNames: ['operation', 'kind'],
    registers,
  });
  let ask: (() => Promise<Backlog>) | undefined;
  const tasks = new Gauge({
    name: 'zeroscout_queue_tasks',
    help: 'Tasks of the queue that this worker polls which nobody has taken',
    registers,
  });
  const age = new Gauge({
    name: 'zeroscout_queue_age_seconds',
    help: 'Age of the oldest task of the queue that this worker polls',
    registers,
  });

  return {
    onPool: (event) => {
      if (event.type === 'answered')
        for (let i = 0; i < event.candidates; i++) seconds.observe(event.seconds / event.candidates);
      else if (event.type !== 'started') ended.inc({ reason: event.type });
    },
    onScored: () => candidates.inc({ outcome: 'scored' }),
    onFailed: () => candidates.inc({ outcome: 'failed' }),
    onSearch: (rounds) => {
      for (const { reused } of rounds) candidates.inc({ outcome: 'reused' }, reused);
    },
    onStoreFault: ({ describe, kind }) => faults.inc({ operation: describe, kind }),
    watchQueue: (how) => {
      ask = how;
    },
    text: async () => {
      const backlog = await ask?.().catch(() => undefined);
      // Without an answer there is no value: an old one would look like a queue that stands still.
      tasks.set(backlog?.tasks ?? Number.NaN);
      age.set(backlog?.seconds ?? Number.NaN);
      return registry.metrics();
    },
  };
}
