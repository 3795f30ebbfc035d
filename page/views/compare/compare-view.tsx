// Renders finished searches side by side: their agreement, their results and costs, and the candidates that
// entered and left the top.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Comparison, WatchedSearch } from '../../../http/answers.js';
import { type AskError, ask, withQuery } from '../../api/ask.js';
import { useIsOperator, useShared } from '../../api/session.js';
import { asAskError, useAnswer } from '../../api/use-answer.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { useQuery } from '../../parts/use-query.js';
import { useTitle } from '../../parts/use-title.js';
import { formatAge } from '../../text/format.js';
import { ComparisonTables } from './comparison-tables.js';
import { PairChoice } from './pair-choice.js';
import { TimeLine } from './time-line.js';

const MOST = 8;

export function CompareView() {
  useTitle('Compare');
  const { searches } = useShared();
  const [query, setQuery] = useQuery();
  const written = query.get('ids') ?? '';
  const ids = useMemo(() => [...new Set(written.split(',').filter(Boolean))], [written]);
  const finished = (searches ?? []).filter(({ state }) => state === 'completed');
  const toggle = (id: string) =>
    setQuery({
      ids: (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-MOST)).join(','),
    });
  if (searches && finished.length === 0 && ids.length === 0)
    return (
      <Empty title="Nothing to compare yet">
        <p>
          Two finished searches say how stable a ranking is: run one twice with another seed, or with other
          proxies, and compare them here.
        </p>
      </Empty>
    );
  return (
    <>
      <h1>Compare</h1>
      <section>
        <h2>Searches, one to {MOST}</h2>
        <div class="choices">
          {finished.map((search) => (
            <Choice
              key={search.id}
              search={search}
              isChosen={ids.includes(search.id)}
              onChange={() => toggle(search.id)}
            />
          ))}
        </div>
      </section>
      {ids.length > 0 && <Compared ids={ids} searches={searches ?? []} />}
    </>
  );
}

interface ChoiceProps {
  readonly search: WatchedSearch;
  readonly isChosen: boolean;
  readonly onChange: () => void;
}

function Choice({ search: { id, name, space, started }, isChosen, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isChosen} onChange={onChange} />{' '}
      <strong>
        <bdi class="cut" title={name}>
          {name || id}
        </bdi>
      </strong>{' '}
      <span class="quiet">
        {id} · {space} · {formatAge(started, Date.now())}
      </span>
    </label>
  );
}

/** The number of candidates whose proxies are timed on request. */
const TIMED = 5;

function Compared({
  ids,
  searches,
}: {
  readonly ids: readonly string[];
  readonly searches: readonly WatchedSearch[];
}) {
  const isOperator = useIsOperator();
  const [isTimed, setTimed] = useState(false);
  const path = withQuery('/comparison', { ids: ids.join(','), ...(isTimed ? { time: String(TIMED) } : {}) });
  const { data, problem, isLoading } = useAnswer<Comparison>(path);
  const known = useKnown(path);
  const comparison = known.comparison ?? data;
  const isCurrent = comparison?.searches.length === ids.length;
  return (
    <>
      <p class="row">
        {isOperator && !isTimed && (
          <button type="button" onClick={() => setTimed(true)}>
            Time the proxies of {TIMED} candidates
          </button>
        )}{' '}
        <label>
          Known accuracies (CSV with a column <code>arch</code>; compared, not stored){' '}
          <input
            type="file"
            accept=".csv,text/csv"
            aria-label="CSV of known accuracies"
            onChange={(event) => known.read(event.currentTarget.files?.[0])}
          />
        </label>
      </p>
      <ProblemNote problem={known.problem ?? problem} />
      {(isLoading || known.isLoading) && <p class="quiet">Comparing ...</p>}
      {comparison && isCurrent && ids.length > 1 && <TimeLine comparison={comparison} searches={searches} />}
      {comparison && isCurrent && <ComparisonTables comparison={comparison} />}
      {comparison && isCurrent && <PairChoice ids={ids} />}
    </>
  );
}

interface Known {
  readonly comparison?: Comparison;
  readonly problem?: AskError;
  readonly isLoading?: boolean;
}

/** The comparison beside the accuracies of a file that the visitor opens, asked again where the path changes. */
function useKnown(path: string): Known & { readonly read: (file: File | undefined) => void } {
  const [file, setFile] = useState<File>();
  const [known, setKnown] = useState<Known>({});
  useEffect(() => {
    setKnown({ isLoading: file !== undefined });
    if (!file) return undefined;
    const stop = new AbortController();
    file
      .text()
      .then((body) => ask<Comparison>(path, { method: 'POST', body, type: 'text/csv', signal: stop.signal }))
      .then((comparison) => ({ comparison }))
      .catch((error: unknown) => ({ problem: asAskError(error) }))
      .then((found) => {
        if (!stop.signal.aborted) setKnown(found);
      });
    return () => stop.abort();
  }, [path, file]);
  return { ...known, read: setFile };
}
