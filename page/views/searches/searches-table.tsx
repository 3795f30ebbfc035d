// Renders the table of searches, which any column can sort.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { WatchedSearch } from '../../../http/answers.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { StateBadge } from '../../parts/state-badge.js';
import { useNow } from '../../parts/use-now.js';
import {
  formatAge,
  formatAmount,
  formatCount,
  formatDuration,
  formatTime,
  formatValue,
} from '../../text/format.js';
import type { RateOf } from './rates.js';

interface Column {
  readonly name: string;
  readonly key: (row: WatchedSearch) => number | string;
  readonly isNumber?: true;
  /** The order of the first click; ascending by default. */
  readonly first?: 'largest';
}

const COLUMNS: readonly Column[] = [
  { name: 'Name', key: ({ name }) => name },
  { name: 'Space', key: ({ space }) => space },
  { name: 'State', key: ({ state }) => state },
  { name: 'Progress', key: ({ counts }) => (counts ? counts.done / Math.max(1, counts.planned) : -1) },
  {
    name: 'Best score',
    key: ({ best }) => best?.score ?? Number.NEGATIVE_INFINITY,
    isNumber: true,
    first: 'largest',
  },
  { name: 'Failed', key: ({ counts }) => counts?.failed ?? 0, isNumber: true, first: 'largest' },
  { name: 'Started', key: ({ started }) => Date.parse(started), first: 'largest' },
  { name: 'Schedule', key: ({ schedule }) => schedule ?? '' },
];

export interface SearchesTableProps {
  readonly searches: readonly WatchedSearch[];
  readonly rateOf: RateOf;
}

export function SearchesTable({ searches, rateOf }: SearchesTableProps) {
  const [sort, setSort] = useState({ column: 'Started', sign: -1 });
  const now = useNow(5_000);
  const { key } = COLUMNS.find(({ name }) => name === sort.column)!;
  const rows = [...searches].sort((a, b) => sort.sign * compare(key(a), key(b)));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of searches">
      <table class="cards">
        <thead>
          <tr>
            {COLUMNS.map(({ name, isNumber, first }) => (
              <th key={name} class={isNumber ? 'number' : ''} aria-sort={sortOf(sort, name)}>
                <button
                  type="button"
                  class="sort"
                  onClick={() =>
                    setSort({ column: name, sign: sort.column === name ? -sort.sign : first ? -1 : 1 })
                  }
                >
                  {name}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <SearchRow key={row.id} row={row} rateOf={rateOf} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SearchRowProps {
  readonly row: WatchedSearch;
  readonly rateOf: RateOf;
  readonly now: number;
}

function SearchRow({ row, rateOf, now }: SearchRowProps) {
  const { id, name, space, state, best, counts, started, ended, schedule, waiting } = row;
  return (
    <tr>
      <td data-name="Name">
        <Link href={`/searches/${encodeURIComponent(id)}`} class="name" title={id}>
          <bdi>{name || id}</bdi>
        </Link>
        <span class="under id" title={id}>
          {id}
        </span>
      </td>
      <td data-name="Space">{space}</td>
      <td data-name="State">
        <StateBadge state={state} />
        {waiting && <span class="under warn">{waiting}</span>}
      </td>
      <td data-name="Progress">
        <Progress row={row} rateOf={rateOf} now={now} />
      </td>
      <td data-name="Best score" class="number" title={best?.candidate}>
        {best ? formatValue(best.score) : '–'}
        {best && (
          <span class="under mono winner">
            <bdi>{best.candidate}</bdi>
          </span>
        )}
      </td>
      <td data-name="Failed" class={`number ${counts?.failed ? 'warn' : 'none'}`}>
        {counts ? formatCount(counts.failed) : '–'}
      </td>
      <td data-name="Started" title={formatTime(started)}>
        {formatAge(started, now)}
        {ended && (
          <span class="under">took {formatDuration((Date.parse(ended) - Date.parse(started)) / 1000)}</span>
        )}
      </td>
      <td data-name="Schedule" class={schedule === null ? 'none' : ''}>
        {schedule ?? '–'}
      </td>
    </tr>
  );
}

function Progress({ row, rateOf }: SearchRowProps) {
  const { counts, ended, progress, state } = row;
  if (!counts) return <span class="quiet">{progress || '–'}</span>;
  if (ended !== null)
    return (
      <>
        {formatAmount(counts.candidates, 'candidate')}
        {state !== 'completed' && <span class="under">{formatCount(counts.done)} or more scored</span>}
      </>
    );
  const rate = rateOf(row);
  return (
    <>
      <ProgressBar done={counts.done} of={counts.planned} name={`progress of ${row.name}`} />
      <span class="under">
        {formatCount(counts.done)} of {formatCount(counts.planned)}
        {rate && ` · ${formatValue(rate.perSecond)}/s · ${formatDuration(rate.left)} left`}
      </span>
    </>
  );
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'string' || typeof b === 'string') return String(a).localeCompare(String(b));
  return a === b ? 0 : a < b ? -1 : 1;
}

function sortOf(sort: { readonly column: string; readonly sign: number }, name: string) {
  if (sort.column !== name) return undefined;
  return sort.sign > 0 ? 'ascending' : 'descending';
}
