// Renders the buttons that pause, resume and cancel a search, and the downloads of a finished one.
import { useState } from 'preact/hooks';
import type { SearchDescription } from '../../../http/answers.js';
import { type AskError, apiUrl, ask, searchPath } from '../../api/ask.js';
import { useIsOperator } from '../../api/session.js';
import { asAskError } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';

export interface SearchActionsProps {
  readonly search: SearchDescription;
  readonly isPaused: boolean;
  readonly onChange: () => void;
}

export function SearchActions({ search: { id, ended, state }, isPaused, onChange }: SearchActionsProps) {
  const isOperator = useIsOperator();
  const [problem, setProblem] = useState<AskError>();
  const [isBusy, setBusy] = useState(false);
  const [isSure, setSure] = useState(false);
  const run = async (action: 'pause' | 'resume' | 'cancel') => {
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(searchPath(id, `/${action}`), { method: 'POST' });
      onChange();
    } catch (error) {
      setProblem(asAskError(error));
    }
    setBusy(false);
    setSure(false);
  };
  return (
    <div>
      <div class="row">
        {state === 'completed' &&
          ['csv', 'parquet', 'json'].map((form) => (
            <a key={form} class="button" href={apiUrl(searchPath(id, `/ranking.${form}`))} download>
              ranking.{form}
            </a>
          ))}
        {state === 'completed' && (
          <a
            class="button"
            href={apiUrl(searchPath(id, '/report'))}
            download
            title="One file to hand on: summary, winners drawn, pictures, stability"
          >
            Report
          </a>
        )}
        {isOperator && !ended && (
          <>
            <button type="button" disabled={isBusy} onClick={() => run(isPaused ? 'resume' : 'pause')}>
              {isPaused ? 'Resume' : 'Pause'}
            </button>
            <button type="button" disabled={isBusy} onClick={() => (isSure ? run('cancel') : setSure(true))}>
              {isSure ? 'Cancel it: sure?' : 'Cancel'}
            </button>
          </>
        )}
      </div>
      <ProblemNote problem={problem} />
    </div>
  );
}
