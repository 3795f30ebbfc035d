// Stores facts in batches: facts that arrive while one batch is being stored form the next batch.

export interface Collector<T> {
  /** Waits while `limit` items are waiting already; throws the error of a batch that could not be stored. */
  add(item: T): Promise<void>;
  /** Resolves when everything is stored. */
  finish(): Promise<void>;
}

/**
 * One batch is stored at a time. Where facts are rare, each is stored at once; where they arrive quickly,
 * batches grow, because more facts arrive while a batch is being stored. At most `limit` items wait.
 */
export function createCollector<T>({
  limit,
  store,
}: {
  readonly limit: number;
  readonly store: (items: readonly T[]) => Promise<void>;
}): Collector<T> {
  let waiting: T[] = [];
  let storing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        await store(batch);
      }
    } catch (error) {
      failure = { error };
    }
    storing = undefined;
  };
  const check = () => {
    if (failure) throw failure.error;
  };
  return {
    add: async (item) => {
      check();
      waiting.push(item);
      storing ??= work();
      if (waiting.length >= limit) await storing;
      check();
    },
    finish: async () => {
      await storing;
      check();
    },
  };
}
