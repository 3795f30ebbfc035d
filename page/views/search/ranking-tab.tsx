// Renders the ranking of a finished search: all candidates, which can be filtered, sorted, selected and
// exported.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { type AskError, ask, searchPath, withQuery } from '../../api/ask.js';
import { asAskError } from '../../api/use-answer.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { useQuery } from '../../parts/use-query.js';
import { type RankingCells, type RankingPage, useRankingPages } from '../../table/use-ranking-pages.js';
import { VirtualTable } from '../../table/virtual-table.js';
import { formatAmount, formatCount } from '../../text/format.js';
import { orderProxies } from '../../text/order-proxies.js';
import { ColumnChoice, useHiddenColumns } from './column-choice.js';
import { useKeptRanking } from './kept-rankings.js';
import { RankingFilter } from './ranking-filter.js';
import type { SearchTabProps } from './search-view.js';
import { Selection } from './selection.js';

export function RankingTab({ id, search }: SearchTabProps) {
  if (search.state !== 'completed')
    return (
      <Empty title={search.ended ? 'No ranking' : 'No ranking yet'}>
        <p>
          {search.ended
            ? `This search has no ranking: it is ${search.state}.`
            : 'Candidates are ranked when all are scored. The overview says how far the search is.'}
        </p>
      </Empty>
    );
  return <Ranking id={id} weights={search.aggregation?.weights} />;
}

interface RankingProps {
  readonly id: string;
  /** Of the proxies in the ranking. */
  readonly weights: Readonly<Record<string, number>> | undefined;
}

function Ranking({ id, weights }: RankingProps) {
  const [query, setQuery] = useQuery();
  const [, open] = useLocation();
  const filter = query.get('filter') ?? '';
  const sort = query.get('sort') || 'rank';
  const pages = useRankingPages({ id, filter, sort });
  const { selected, select, opened, keepOpened } = useKeptRanking({ id, filter, sort });
  const [hidden, setHidden] = useHiddenColumns();
  const jump = useJump({ id, filter, sort });
  const { head, problem } = pages;
  const setFilter = (text: string) => setQuery({ filter: text });
  if (!head) return <WithoutRows filter={filter} problem={problem} onFilter={setFilter} />;
  const all = orderProxies({ items: head.columns, nameOf: ({ name }) => name, weights });
  const columns = all.filter(({ name }) => !hidden.has(name));
  const toggle = (row: RankingCells) => {
    const next = new Map(selected);
    const key = String(row.candidate);
    if (!next.delete(key)) next.set(key, row);
    select(next);
  };
  return (
    <section class="ranking">
      <div class="row between">
        <RankingFilter filter={filter} columns={all} onFilter={setFilter} />
        <div class="row">
          <Jump onJump={jump.to} />
          <ColumnChoice columns={all} hidden={hidden} onChange={setHidden} />
        </div>
      </div>
      <ProblemNote problem={problem ?? jump.problem} />
      <p class="quiet" aria-live="polite">
        {filter !== '' && `${formatCount(head.total)} of `}
        {formatAmount(head.all, 'candidate')}
      </p>
      <VirtualTable
        columns={columns}
        total={head.total}
        all={head.all}
        rowAt={pages.rowAt}
        want={pages.want}
        sort={sort}
        onSort={({ name, kind }) => setQuery({ sort: nextSort(sort, name, kind) })}
        isSelected={(row) => selected.has(String(row.candidate))}
        onSelect={toggle}
        onOpen={(row, index) => {
          keepOpened(index);
          open(`/searches/${encodeURIComponent(id)}/candidate/${row.rank}`);
        }}
        goTo={jump.place ?? opened}
      />
      <Selection
        columns={all}
        rows={[...selected.values()]}
        onRemove={toggle}
        onClear={() => select(new Map())}
      />
    </section>
  );
}

interface WithoutRowsProps {
  readonly filter: string;
  readonly problem: AskError | undefined;
  readonly onFilter: (text: string) => void;
}

/** Before the first answer, which a wrong filter in the address prevents until it is changed. */
function WithoutRows({ filter, problem, onFilter }: WithoutRowsProps) {
  return (
    <section class="ranking">
      {filter !== '' && <RankingFilter filter={filter} columns={[]} onFilter={onFilter} />}
      {problem ? <ProblemNote problem={problem} /> : <p class="quiet">Reading the ranking ...</p>}
    </section>
  );
}

/**
 * The first click sorts by the usual order of the column: large numbers first, but small ranks first. The
 * second click reverses it.
 */
function nextSort(sort: string, name: string, kind: 'number' | 'text'): string {
  const first = kind === 'number' && name !== 'rank' ? `-${name}` : name;
  if (sort !== first) return first;
  return first.startsWith('-') ? name : `-${name}`;
}

function Jump({ onJump }: { readonly onJump: (candidate: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onJump(text.trim());
      }}
    >
      <label>
        Go to{' '}
        <input
          value={text}
          placeholder="candidate or rank"
          size={16}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}

/** Finds the row of a candidate, or of a rank, in the order that is shown. */
function useJump({
  id,
  filter,
  sort,
}: {
  readonly id: string;
  readonly filter: string;
  readonly sort: string;
}) {
  const [place, setPlace] = useState<{ readonly index: number }>();
  const [problem, setProblem] = useState<AskError>();
  const pageOf = (query: Readonly<Record<string, string | number>>) =>
    ask<RankingPage>(withQuery(searchPath(id, '/ranking'), query));
  const to = async (text: string) => {
    setProblem(undefined);
    try {
      // A text that begins with 0, such as 00120, is a candidate.
      const byRank = /^#?[1-9]\d*$/.test(text)
        ? await pageOf({ filter: `rank = ${text.replace('#', '')}`, limit: 1 })
        : undefined;
      const candidate = String(byRank?.rows[0]?.candidate ?? text);
      const { offset, rows } = await pageOf({ filter, sort, candidate });
      setPlace({ index: offset + rows.findIndex((row) => row.candidate === candidate) });
    } catch (error) {
      setProblem(asAskError(error));
    }
  };
  return { place, problem, to };
}
