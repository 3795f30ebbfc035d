// Renders the comparison of two searches: a plot of their ranks, and the candidates that entered and left the
// top.
import { useMemo } from 'preact/hooks';
import type { RankingDiff } from '../../../http/answers.js';
import { searchPath, withQuery } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { later } from '../../parts/later.js';
import { ProblemNote } from '../../parts/notes.js';
import type { RankingCells } from '../../table/use-ranking-pages.js';
import { formatAmount } from '../../text/format.js';

const RankPicture = later(() => import('./rank-picture.js').then((file) => file.RankPicture));
const TOP = 50;

export interface PairPartProps {
  readonly earlier: string;
  readonly later: string;
}

export function PairPart({ earlier, later: second }: PairPartProps) {
  const diff = useAnswer<RankingDiff>(withQuery(searchPath(second, '/diff'), { from: earlier, top: TOP }));
  const a = useAnswer<readonly RankingCells[]>(searchPath(earlier, '/ranking/sample?size=5000'));
  const b = useAnswer<readonly RankingCells[]>(searchPath(second, '/ranking/sample?size=5000'));
  const points = useMemo(() => {
    const ranks = new Map((b.data ?? []).map(({ candidate, rank }) => [candidate, Number(rank)]));
    return (a.data ?? []).flatMap(({ candidate, rank }) => {
      const other = ranks.get(candidate ?? '');
      return other === undefined
        ? []
        : [{ value: [Number(rank), other] as const, rank: Number(rank), candidate: String(candidate) }];
    });
  }, [a.data, b.data]);
  return (
    <>
      <ProblemNote problem={diff.problem ?? a.problem ?? b.problem} />
      {points.length > 1 && <RankPicture earlier={earlier} later={second} points={points} />}
      {diff.data && (
        <div class="columns">
          <Changes title={`Entered the first ${TOP} of ${second}`} changes={diff.data.entered} />
          <Changes title={`Left the first ${TOP} of ${earlier}`} changes={diff.data.left} />
        </div>
      )}
    </>
  );
}

function Changes({ title, changes }: { readonly title: string; readonly changes: RankingDiff['entered'] }) {
  return (
    <section>
      <h2>{title}</h2>
      <p class="quiet">{formatAmount(changes.count, 'candidate')}</p>
      {changes.count > 0 && <ChangeTable title={title} changes={changes} />}
    </section>
  );
}

function ChangeTable({
  title,
  changes,
}: {
  readonly title: string;
  readonly changes: RankingDiff['entered'];
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th class="number">before</th>
            <th class="number">after</th>
            <th>candidate</th>
          </tr>
        </thead>
        <tbody>
          {changes.first.slice(0, 20).map(({ candidate, from, to }) => (
            <tr key={candidate}>
              <td class="number">{from ?? '–'}</td>
              <td class="number">{to ?? '–'}</td>
              <td class="mono">
                <bdi>{candidate}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
