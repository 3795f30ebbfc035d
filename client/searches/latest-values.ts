// Turns calls of a listener into an async iterable that keeps the latest value for a reader who is slower.

/**
 * Runs `work` when somebody begins to read. Every value that it hands to `onValue` is read once, or is replaced by a later one
 * that came before the reader asked. The iterable ends when `work` does, and fails as it does; when the reader leaves, `stop` is
 * aborted and `work` is waited for.
 */
export async function* latestValues<T>(
  work: (onValue: (value: T) => void, stop: AbortSignal) => Promise<void>,
): AsyncGenerator<T, void> {
  const stop = new AbortController();
  let latest: { readonly value: T } | undefined;
  let wake: () => void = () => {};
  let isOver = false;
  const onValue = (value: T): void => {
    latest = { value };
    wake();
  };
  const working = work(onValue, stop.signal).finally(() => {
    isOver = true;
    wake();
  });
  // Its failure is thrown below, also where the reader has left before.
  working.catch(() => {});
  try {
    for (;;) {
      while (latest) {
        const { value } = latest;
        latest = undefined;
        yield value;
      }
      if (isOver) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (latest || isOver) resolve();
      });
    }
    await working;
  } finally {
    stop.abort();
    await working.catch(() => {});
  }
}
