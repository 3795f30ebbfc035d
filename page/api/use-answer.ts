// Requests the data of a view from the API, and repeats the request while a server is unavailable.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { AskError, type AskOptions, ask } from './ask.js';

const AGAIN_MS = 3_000;

export interface Answer<T> {
  /**
   * The latest answer; during a request for another path, it is still the answer for the previous path, until that
   * request fails.
   */
  readonly data: T | undefined;
  readonly problem: AskError | undefined;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** The state of a request, and the path that was answered last. */
type State<T> = Omit<Answer<T>, 'again'> & { readonly of?: string };

/**
 * The answer for a path; no request is sent if the path is undefined. `read` sends the requests, and is the same
 * function at each call.
 */
export function useAnswer<T>(
  path: string | undefined,
  read: (path: string, options: Pick<AskOptions, 'signal'>) => Promise<T> = ask,
): Answer<T> {
  const [turn, setTurn] = useState(0);
  const [{ data, problem, isLoading }, setState] = useState<State<T>>({
    data: undefined,
    problem: undefined,
    isLoading: path !== undefined,
  });
  const again = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState((before) => ({ ...before, problem: undefined, isLoading: true }));
    read(path, { signal: stop.signal }).then(
      (data) => {
        if (!stop.signal.aborted) setState({ data, problem: undefined, isLoading: false, of: path });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = asAskError(error);
        setState(({ data, of }) => ({
          ...(of === path ? { data, of } : { data: undefined }),
          problem,
          isLoading: false,
        }));
        if (problem.isPassing) timer = setTimeout(again, AGAIN_MS);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, turn]);
  return { data, problem, isLoading, again };
}

/**
 * As `useAnswer`, and the request is repeated this many milliseconds after each answer. A repetition never ends a
 * request that takes longer.
 */
export function useRepeatedAnswer<T>(
  path: string,
  everyMs: number,
  read?: (path: string, options: Pick<AskOptions, 'signal'>) => Promise<T>,
): Answer<T> {
  const answer = useAnswer<T>(path, read);
  const { isLoading, again } = answer;
  useEffect(() => {
    if (isLoading) return undefined;
    const timer = setTimeout(again, everyMs);
    return () => clearTimeout(timer);
  }, [isLoading, again, everyMs]);
  return answer;
}

export function asAskError(error: unknown): AskError {
  if (error instanceof AskError) return error;
  return new AskError({
    status: 0,
    code: 'page',
    detail: error instanceof Error ? error.message : String(error),
  });
}
