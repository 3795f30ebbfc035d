// Renders finished searches side by side: their agreement, their results and costs, and the candidates that
// entered and left the top.
import { useMemo } from 'preact/hooks';
import type { Comparison, WatchedSearch } from '../../../http/answers.js';
import { withQuery } from '../../api/ask.js';
import { useShared } from '../../api/session.js';
import { useAnswer } from '../../api/use-answer.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { useQuery } from '../../parts/use-query.js';
import { useTitle } from '../../parts/use-title.js';
import { formatAge } from '../../text/format.js';
import { ComparisonTables } from './comparison-tables.js';
import { PairPart } from './pair-part.js';

const MOST = 8;

export function CompareView() {
  useTitle('Compare');
  const { searches } = useShared();
  const [query, setQuery] = useQuery();
  const ids = useMemo(() => (query.get('ids') ?? '').split(',').filter(Boolean), [query.get('ids')]);
  const finished = (searches ?? []).filter(({ state }) => state === 'completed');
  const toggle = (id: string) =>
    setQuery({
      ids: (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-MOST)).join(','),
    });
  if (searches && finished.length === 0)
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
      {ids.length > 0 && <Compared ids={ids} />}
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
      <input type="checkbox" checked={isChosen} onChange={onChange} /> <strong>{name || id}</strong>{' '}
      <span class="quiet">
        {id} · {space} · {formatAge(started, Date.now())}
      </span>
    </label>
  );
}

function Compared({ ids }: { readonly ids: readonly string[] }) {
  const { data, problem, isLoading } = useAnswer<Comparison>(
    withQuery('/comparison', { ids: ids.join(',') }),
  );
  const isCurrent = data?.searches.length === ids.length;
  return (
    <>
      <ProblemNote problem={problem} />
      {isLoading && <p class="quiet">Comparing ...</p>}
      {data && isCurrent && <ComparisonTables comparison={data} />}
      {ids.length === 2 && <PairPart earlier={ids[0]!} later={ids[1]!} />}
    </>
  );
}
