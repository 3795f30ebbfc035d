// Renders, on request, the intervals in which the ranks of the best candidates lie when the draws are resampled.
import { useMemo, useState } from 'preact/hooks';
import type { Comparison } from '../../../http/answers.js';
import { withQuery } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { intervalsOption, type Winner } from '../../charts/intervals-option.js';
import { ProblemNote } from '../../parts/notes.js';

const TOP = 50;

/** Resampling reads every score of the search, so it begins with a button. */
export function IntervalsPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const [isAsked, setAsked] = useState(false);
  const path = withQuery('/comparison', { ids: id, winners: TOP });
  const { data, problem } = useAnswer<Comparison>(isAsked ? path : undefined);
  const winners = data?.searches[0]?.stability.winners ?? [];
  if (winners.some(({ ranks }) => ranks !== null)) return <Intervals winners={winners} colours={colours} />;
  return (
    <section>
      <h2>Rank intervals of the first {TOP}</h2>
      <p class="quiet">
        Each candidate is scored under several random draws. How far would the ranks of the best have moved
        with other draws?
      </p>
      {!isAsked && (
        <button type="button" onClick={() => setAsked(true)}>
          Resample the draws
        </button>
      )}
      {isAsked && !data && !problem && <p class="quiet">Resampling ...</p>}
      {data && (
        <p>
          Not known: each candidate was scored under one draw. A search with{' '}
          <code>{'fidelity: { draws: 3 }'}</code> says how far ranks move by chance.
        </p>
      )}
      <ProblemNote problem={problem} />
    </section>
  );
}

function Intervals({ winners, colours }: { readonly winners: readonly Winner[]; readonly colours: Colours }) {
  const option = useMemo(() => intervalsOption(winners, colours), [winners, colours]);
  return (
    <Chart
      title={`Rank intervals of the first ${winners.length}`}
      option={option}
      height={Math.max(320, 90 + winners.length * 11)}
      about="For each of the best, from top to bottom: its rank (dot), and the interval in which its rank lies in 95 % of the resampled draws (bar). Long bars say that the order among the first is chance. Candidates that compute the same function count once."
    />
  );
}
