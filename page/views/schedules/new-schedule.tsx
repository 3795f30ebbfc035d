// Renders a form that creates a schedule.
import { useState } from 'preact/hooks';
import { type AskError, ask } from '../../api/ask.js';
import { asAskError } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { EXAMPLE } from '../start/examples.js';

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function NewSchedule({ onCreated }: { readonly onCreated: () => void }) {
  const [name, setName] = useState('nightly');
  const [cron, setCron] = useState('0 2 * * *');
  const [timezone, setTimezone] = useState(ZONE);
  const [specification, setSpecification] = useState(EXAMPLE);
  const [problem, setProblem] = useState<AskError>();
  const create = async (event: Event) => {
    event.preventDefault();
    try {
      await ask('/schedules', { method: 'POST', body: { name, cron, timezone, specification } });
      setProblem(undefined);
      onCreated();
    } catch (error) {
      setProblem(asAskError(error));
    }
  };
  return (
    <section>
      <details>
        <summary>
          <strong>New schedule</strong>
        </summary>
        <form onSubmit={create}>
          <div class="row fields">
            <label class="field">
              Name <input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
            </label>
            <label class="field">
              Times (cron expression){' '}
              <input required value={cron} onInput={(event) => setCron(event.currentTarget.value)} />
            </label>
            <label class="field">
              Time zone{' '}
              <input required value={timezone} onInput={(event) => setTimezone(event.currentTarget.value)} />
            </label>
          </div>
          <label class="field">
            Specification
            <textarea
              class="mono"
              rows={10}
              spellcheck={false}
              value={specification}
              onInput={(event) => setSpecification(event.currentTarget.value)}
            />
          </label>
          <ProblemNote problem={problem} />
          <button type="submit" class="main">
            Create
          </button>
        </form>
      </details>
    </section>
  );
}
