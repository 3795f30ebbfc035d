// Starts a search from the text of a specification and opens its view.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { type AskError, ask } from '../api/ask.js';
import { asAskError } from '../api/use-answer.js';

export interface StartSearch {
  readonly start: () => Promise<void>;
  /** Why the search was refused, or undefined. */
  readonly problem: AskError | undefined;
  readonly isStarting: boolean;
}

export function useStartSearch(specification: string): StartSearch {
  const [, goTo] = useLocation();
  const [problem, setProblem] = useState<AskError>();
  const [isStarting, setStarting] = useState(false);
  const start = async () => {
    setStarting(true);
    setProblem(undefined);
    try {
      const { id } = await ask<{ id: string }>('/searches', { method: 'POST', body: { specification } });
      goTo(`/searches/${encodeURIComponent(id)}`);
    } catch (error) {
      setProblem(asAskError(error));
      setStarting(false);
    }
  };
  return { start, problem, isStarting };
}
