// Renders the candidates of a finished search that have no score, by reason.
import type { FailuresByReason } from '../../../http/answers.js';
import { apiUrl, searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatAmount, formatCount } from '../../text/format.js';

export function Failures({ id }: { readonly id: string }) {
  const { data, problem } = useAnswer<FailuresByReason>(searchPath(id, '/failures'));
  if (!data) return <ProblemNote problem={problem} />;
  if (data.total === 0) return null;
  return (
    <section>
      <h2>Set aside</h2>
      <p>
        {formatAmount(data.total, 'candidate')} {data.total === 1 ? 'has' : 'have'} no score.{' '}
        <a href={apiUrl(searchPath(id, '/failures.csv'))} download>
          failures.csv
        </a>
      </p>
      {data.reasons.map(({ reason, count, examples }) => (
        <details key={reason}>
          <summary>
            <strong>{reason}</strong>: {formatCount(count)}
          </summary>
          <ul>
            {examples.map(({ candidate, detail }) => (
              <li key={candidate}>
                <bdi class="mono">{candidate}</bdi>
                <bdi class="under">{detail}</bdi>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
