// Renders a form that starts the runs that a schedule would have started in a past period.
import { useState } from 'preact/hooks';
import { type AskError, ask } from '../../api/ask.js';
import { asAskError } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';

export function Backfill({ path, onDone }: { readonly path: string; readonly onDone: () => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [problem, setProblem] = useState<AskError>();
  const run = async (event: Event) => {
    event.preventDefault();
    try {
      const body = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      await ask(`${path}/backfill`, { method: 'POST', body });
      setProblem(undefined);
      onDone();
    } catch (error) {
      setProblem(asAskError(error));
    }
  };
  return (
    <details class="help">
      <summary>Backfill</summary>
      <form class="pop right" onSubmit={run}>
        <p>Starts the runs that this time would have had, one after the other.</p>
        <label class="field">
          from{' '}
          <input
            type="datetime-local"
            required
            value={from}
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          to{' '}
          <input
            type="datetime-local"
            required
            value={to}
            onInput={(event) => setTo(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Start them</button>
        <ProblemNote problem={problem} />
      </form>
    </details>
  );
}
