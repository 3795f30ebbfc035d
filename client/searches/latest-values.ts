// Converts calls of a listener to an async iterable that keeps only the latest value for a slow reader.

/**
 * Runs `work` once reading begins. Every value passed to `onValue` is either read once or replaced by a later
 * one that came before the reader asked. The iterable ends when `work` does, and throws what it throws; when
 * the reader leaves, `stop` is aborted and the iterable waits for `work`.
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
  // The error of `working` is thrown below. This handler prevents an unhandled rejection if the reader has left before.
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
