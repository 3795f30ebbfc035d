// Ends a score worker that has had no work for a while, for fleets whose jobs end when nothing is left.
import { ApplicationFailure } from '@temporalio/common';
import { OtherEngineError } from '../activities/engine-gate.js';
import { NOT_PERMITTED } from '../activities/module-permission.js';

/** Tells when a worker has been without work for `idleMs`. */
export interface IdleClock {
  /** Aborted when the worker has been idle for that long. */
  readonly isOver: AbortSignal;
  /**
   * Returns the activities, which hold the clock while they run and restart it when they end. An activity that
   * this worker refuses for its engine's version does not restart it; after any other failure the work is still
   * there, and Temporal assigns it again.
   */
  watch<A extends Readonly<Record<string, (...args: never[]) => Promise<unknown>>>>(activities: A): A;
  close(): void;
}

export function createIdleClock({
  idleMs,
  answers,
}: {
  readonly idleMs: number;
  /**
   * Whether Temporal answers: while it does not, it is unknown whether work is left, and the clock restarts.
   */
  readonly answers: () => Promise<boolean>;
}): IdleClock {
  const over = new AbortController();
  let running = 0;
  let lastWork = performance.now();
  const look = async (): Promise<void> => {
    if (running > 0 || performance.now() - lastWork < idleMs) return;
    if (await answers()) {
      if (running === 0 && performance.now() - lastWork >= idleMs) over.abort();
    } else lastWork = performance.now();
  };
  const timer = setInterval(() => void look(), Math.min(1_000, idleMs / 4));
  const held =
    <P extends never[], R>(work: (...args: P) => Promise<R>) =>
    async (...args: P): Promise<R> => {
      running++;
      let refused = false;
      try {
        return await work(...args);
      } catch (error) {
        refused = isRefusal(error);
        throw error;
      } finally {
        running--;
        if (!refused) lastWork = performance.now();
      }
    };
  return {
    isOver: over.signal,
    watch: <A extends Readonly<Record<string, (...args: never[]) => Promise<unknown>>>>(activities: A) =>
      Object.fromEntries(Object.entries(activities).map(([name, work]) => [name, held(work)])) as A,
    close: () => clearInterval(timer),
  };
}

/** The types of failures with which a worker leaves a step to others (`activities/create.ts`). */
const REFUSALS: readonly unknown[] = [OtherEngineError.name, NOT_PERMITTED];

function isRefusal(error: unknown): boolean {
  return error instanceof ApplicationFailure && REFUSALS.includes(error.type);
}
