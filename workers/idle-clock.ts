// Ends a score worker that has had no work for a while, for fleets whose jobs end when nothing is left.

/** Tells when a worker has been without work for `idleMs`. */
export interface IdleClock {
  /** Aborted when the worker has been idle for that long. */
  readonly isOver: AbortSignal;
  /**
   * Returns the activities, which hold the clock while they run. An activity that throws, such as one refused
   * for its engine's version, does not restart it.
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
      try {
        const result = await work(...args);
        lastWork = performance.now();
        return result;
      } finally {
        running--;
      }
    };
  return {
    isOver: over.signal,
    watch: <A extends Readonly<Record<string, (...args: never[]) => Promise<unknown>>>>(activities: A) =>
      Object.fromEntries(Object.entries(activities).map(([name, work]) => [name, held(work)])) as A,
    close: () => clearInterval(timer),
  };
}
