// Renders the first view: all searches, newest first, live.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { WatchedSearch } from '../../../http/answers.js';
import { type AskError, ask, withQuery } from '../../api/ask.js';
import { useShared } from '../../api/session.js';
import { asAskError } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { useTitle } from '../../parts/use-title.js';
import { FirstSearch } from './first-search.js';
import { createRates } from './rates.js';
import { SearchesTable } from './searches-table.js';

interface Page {
  readonly searches: readonly WatchedSearch[];
  readonly next: string | null;
}

/** The number of newest searches that the stream reports. */
const NEWEST = 50;

export function SearchesView() {
  useTitle('Searches');
  const { searches: newest } = useShared();
  const older = useOlder(newest);
  const [text, setText] = useState('');
  const [state, setState] = useState('');
  const rates = useRef(createRates());
  useMemo(() => rates.current.note(newest ?? [], Date.now()), [newest]);
  if (!newest) return <p class="quiet">Loading ...</p>;
  const all = [...newest, ...older.rows.filter(({ id }) => !newest.some((known) => known.id === id))];
  if (all.length === 0) return <FirstSearch />;
  const shown = all.filter((row) => matches(row, { text, state }));
  const states = [...new Set(all.map((row) => row.state))].sort();
  return (
    <>
      <div class="row between">
        <h1>Searches</h1>
        <div class="row">
          <label>
            Filter{' '}
            <input
              type="search"
              value={text}
              placeholder="name, space, schedule"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <label>
            State{' '}
            <select value={state} onChange={(event) => setState(event.currentTarget.value)}>
              <option value="">all</option>
              {states.map((each) => (
                <option key={each} value={each}>
                  {each.replace('_', ' ')}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <SearchesTable searches={shown} rateOf={rates.current.of} />
      {shown.length === 0 && <p class="quiet">None of {all.length} searches is like that.</p>}
      <ProblemNote problem={older.problem} />
      {older.more && (
        <button type="button" onClick={older.more} disabled={older.isReading}>
          {older.isReading ? 'Reading ...' : 'Show older searches'}
        </button>
      )}
    </>
  );
}

function matches(
  { name, id, space, schedule, state }: WatchedSearch,
  filter: { readonly text: string; readonly state: string },
): boolean {
  if (filter.state !== '' && state !== filter.state) return false;
  const words = filter.text.toLowerCase().split(/\s+/);
  const about = [name, id, space, schedule ?? '', state].join(' ').toLowerCase();
  return words.every((word) => about.includes(word));
}

/**
 * Searches older than those of the stream; each call of `more` reads another page. It is undefined where there are no
 * more.
 */
function useOlder(newest: readonly WatchedSearch[] | undefined) {
  const [rows, setRows] = useState<readonly WatchedSearch[]>([]);
  const [next, setNext] = useState<string | null>();
  const [problem, setProblem] = useState<AskError>();
  const [isReading, setReading] = useState(false);
  const isMore = next === undefined ? (newest?.length ?? 0) >= NEWEST : next !== null;
  const more = async () => {
    setReading(true);
    setProblem(undefined);
    try {
      const page = await ask<Page>(withQuery('/searches', { limit: 100, cursor: next ?? undefined }));
      setRows((before) => [...before, ...page.searches]);
      setNext(page.next);
    } catch (error) {
      setProblem(asAskError(error));
    }
    setReading(false);
  };
  return { rows, problem, isReading, more: isMore ? more : undefined };
}
