// Renders how a candidate stood in the other finished searches of its space.
import { Link } from 'wouter-preact';
import type { OtherRanksAnswer } from '../../../http/answers.js';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatCount, formatTime, formatValue } from '../../text/format.js';

export function OtherRanks({ id, rank }: { readonly id: string; readonly rank: string }) {
  const { data, problem } = useAnswer<OtherRanksAnswer>(searchPath(id, `/candidates/${rank}/elsewhere`));
  return (
    <section>
      <h2>In other searches</h2>
      {data ? (
        <Found answer={data} />
      ) : problem ? (
        <ProblemNote problem={problem} />
      ) : (
        <p class="quiet">Reading their rankings ...</p>
      )}
    </section>
  );
}

function Found({ answer: { found, read, isMore } }: { readonly answer: OtherRanksAnswer }) {
  const looked = `${formatCount(read)} ${read === 1 ? 'search' : 'searches'} of this space`;
  if (read === 0) return <p class="quiet">No other search of this space has finished.</p>;
  return (
    <>
      <p class="quiet">
        {found.length === 0
          ? `None of ${looked} ranked it.`
          : `${formatCount(found.length)} of ${looked} ranked it, newest first. A score orders the candidates of its own search alone.`}
        {isMore && ' Older searches were not read.'}
      </p>
      {found.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Ranks in other searches">
          <table class="cards">
            <thead>
              <tr>
                <th>search</th>
                <th class="number">rank</th>
                <th class="number">of</th>
                <th class="number">score</th>
                <th>what differs</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ id, name, started, rank, of, score, differ }) => (
                <tr key={id}>
                  <td data-name="search" title={`${id}, ${formatTime(started)}`}>
                    <Link href={`/searches/${encodeURIComponent(id)}/candidate/${rank}`}>{name || id}</Link>
                  </td>
                  <td data-name="rank" class="number">
                    {formatCount(rank)}
                  </td>
                  <td data-name="of" class="number">
                    {formatCount(of)}
                  </td>
                  <td data-name="score" class="number">
                    {formatValue(score)}
                  </td>
                  <td data-name="what differs">{differ.join(', ') || 'nothing'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
