// Renders several searches in the order of their start: what entered and left the top from each to the next, and
// how the ranks of the best moved. For the runs of a schedule these are its nights in a row.
import { useMemo } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Comparison, RankingDiff, WatchedSearch } from '../../../http/answers.js';
import { searchPath, withQuery } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { later } from '../../parts/later.js';
import { formatCount, formatTime, formatValue } from '../../text/format.js';

const Course = later(() => import('./course-picture.js').then((file) => file.CoursePicture));
const TOP = 50;

export interface TimeLineProps {
  readonly comparison: Comparison;
  /** The listed searches, which know when each began; older ones may be missing. */
  readonly searches: readonly WatchedSearch[];
}

interface Night {
  readonly id: string;
  readonly started: string | undefined;
  readonly best: Comparison['searches'][number]['stability']['winners'][number] | undefined;
  readonly before: string | undefined;
}

export function TimeLine({ comparison, searches }: TimeLineProps) {
  const rows = useMemo(() => inOrder(comparison, searches), [comparison, searches]);
  const ordered = useMemo(
    () => rows.map(({ id }) => comparison.searches.find((search) => search.id === id)!),
    [rows, comparison],
  );
  const nights = rows.map(
    ({ id, started }, i): Night => ({
      id,
      started,
      best: ordered[i]!.stability.winners[0],
      before: rows[i - 1]?.id,
    }),
  );
  const schedules = new Set(rows.map(({ schedule }) => schedule ?? undefined));
  const [schedule] = schedules;
  const title =
    schedules.size === 1 && schedule !== undefined ? `Nights of ${schedule} in a row` : 'One after the other';
  return (
    <>
      <section>
        <h2>{title}</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label={title}>
          <table class="cards">
            <thead>
              <tr>
                <th>started</th>
                <th>search</th>
                <th class="number">best score</th>
                <th>best candidate</th>
                <th class="number">entered the first {TOP}</th>
                <th class="number">left them</th>
              </tr>
            </thead>
            <tbody>
              {nights.map((night) => (
                <NightRow key={night.id} night={night} />
              ))}
            </tbody>
          </table>
        </div>
        <p class="quiet">
          Entered and left say what changed since the line above. A score orders the candidates of its own
          search alone.
        </p>
      </section>
      <Course searches={ordered} />
    </>
  );
}

function NightRow({ night: { id, started, best, before } }: { readonly night: Night }) {
  const { data, problem } = useAnswer<RankingDiff>(
    before === undefined ? undefined : withQuery(searchPath(id, '/diff'), { from: before, top: TOP }),
  );
  const countOf = (change: 'entered' | 'left') =>
    data ? formatCount(data[change].count) : before === undefined || problem ? '–' : '…';
  return (
    <tr>
      <td data-name="started">{started ? formatTime(started) : '–'}</td>
      <td data-name="search">
        <Link href={`/searches/${encodeURIComponent(id)}`}>{id}</Link>
      </td>
      <td data-name="best score" class="number">
        {best ? formatValue(best.score) : '–'}
      </td>
      <td data-name="best candidate" class="mono">
        <span class="winner" title={best?.candidate}>
          <bdi>{best?.candidate ?? '–'}</bdi>
        </span>
      </td>
      <td data-name="entered" class="number">
        <span title={problem?.message}>{countOf('entered')}</span>
      </td>
      <td data-name="left" class="number">
        <span title={problem?.message}>{countOf('left')}</span>
      </td>
    </tr>
  );
}

/** Oldest first; searches whose start is not known keep their order at the beginning. */
function inOrder({ searches: compared }: Comparison, listed: readonly WatchedSearch[]) {
  const known = new Map(listed.map((search) => [search.id, search]));
  return compared
    .map(({ id }) => ({ id, started: known.get(id)?.started, schedule: known.get(id)?.schedule }))
    .sort((a, b) => (a.started ?? '').localeCompare(b.started ?? ''));
}
