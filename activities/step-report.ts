// Lets a long step report its progress in heartbeats, which `status` and the progress bar show, and ends it when it is
// cancelled.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import type { DrawCounts } from '../core/contract/draw-counts.js';
import type { StepReport } from '../core/contract/search.js';
import type { LatencyMeter } from './latency.js';

interface Step {
  /** Aborted when the step is cancelled. */
  readonly signal: AbortSignal | undefined;
  /** The number of candidates whose latency was measured; absent until the first measurement begins. */
  measured?: number;
  describe: () => Pick<StepReport, 'taken' | 'wanted' | 'drawn'>;
}

const steps = new AsyncLocalStorage<Step>();

/**
 * Runs an activity; `report` returns the latest progress, or undefined if there is none. Measurements and turns fail
 * once `signal` is aborted.
 */
export async function withReport<T>(
  run: (report: () => StepReport | undefined) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const step: Step = { signal, describe: () => ({}) };
  const report = () => {
    const { measured } = step;
    const details = { ...step.describe(), ...(measured === undefined ? {} : { measured }) };
    return Object.keys(details).length ? details : undefined;
  };
  return steps.run(step, () => run(report));
}

/** Sets how the running step describes its progress; does nothing outside of a step. */
export function describeStep(describe: Step['describe']): void {
  const step = steps.getStore();
  if (step) step.describe = describe;
}

/**
 * Wraps a meter so that the step that measures reports how many candidates it has measured, and measures no more once
 * it is cancelled: the next step would be disturbed.
 */
export function reportMeasurements(meter: LatencyMeter): LatencyMeter {
  return {
    ...meter,
    measure: async (args) => {
      const step = steps.getStore();
      if (!step) return meter.measure(args);
      step.signal?.throwIfAborted();
      step.measured ??= 0;
      try {
        return await meter.measure(args);
      } finally {
        step.measured++;
      }
    },
  };
}

/** The longest time for which a loop may keep the process from sending heartbeats. */
const TURN_MS = 50;

/**
 * Returns a function that yields to timers and sockets from time to time, for loops that wait for nothing
 * else, and fails once the step is cancelled.
 */
export function createTurns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_MS) return;
    await setImmediate();
    steps.getStore()?.signal?.throwIfAborted();
    last = performance.now();
  };
}

/** Counts rejections, for a step that does not count them itself. */
export function createRejectionCounter(
  rejection: (candidate: string) => string | undefined | Promise<string | undefined>,
) {
  const rejected: Record<string, number> = {};
  let proposed = 0;
  let taken = 0;
  const turn = createTurns();
  return {
    rejection: async (candidate: string): Promise<string | undefined> => {
      proposed++;
      await turn();
      const constraint = await rejection(candidate);
      if (constraint === undefined) taken++;
      else rejected[constraint] = (rejected[constraint] ?? 0) + 1;
      return constraint;
    },
    counts: (): { readonly drawn: DrawCounts; readonly taken: number } => ({
      drawn: { proposed, rejected: { ...rejected }, duplicates: 0 },
      taken,
    }),
  };
}
