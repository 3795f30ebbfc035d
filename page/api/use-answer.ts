// Asks the API for what a view shows, and asks again while a server is away.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { AskError, ask } from './ask.js';

const AGAIN_MS = 3_000;

export interface Answer<T> {
  /** The latest answer; while another path is being asked it is still that of the path before. */
  readonly data: T | undefined;
  readonly problem: AskError | undefined;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** The answer of a path; nothing is asked where it is undefined. */
export function useAnswer<T>(path: string | undefined): Answer<T> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<Answer<T>, 'again'>>({
    data: undefined,
    problem: undefined,
    isLoading: path !== undefined,
  });
  const again = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState(({ data }) => ({ data, problem: undefined, isLoading: true }));
    ask<T>(path, { signal: stop.signal }).then(
      (data) => {
        if (!stop.signal.aborted) setState({ data, problem: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = asAskError(error);
        setState(({ data }) => ({ data, problem, isLoading: false }));
        if (problem.isPassing) timer = setTimeout(again, AGAIN_MS);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, turn]);
  return { ...state, again };
}

export function asAskError(error: unknown): AskError {
  if (error instanceof AskError) return error;
  return new AskError({
    status: 0,
    code: 'page',
    detail: error instanceof Error ? error.message : String(error),
  });
}
