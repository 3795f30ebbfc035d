// Renders the counts of a finished search (candidates, scores, rounds), and the notes on its ranking.
import type { Summary } from '../../../http/answers.js';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatCount, formatDuration } from '../../text/format.js';
import { summaryFacts } from '../../text/summary-facts.js';

export function SummaryPart({ id }: { readonly id: string }) {
  const { data: summary, problem } = useAnswer<Summary>(searchPath(id, '/summary'));
  if (!summary) return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Loading ...</p>;
  const { warnings = [], rounds = [] } = summary;
  return (
    <section>
      <h2>What was done</h2>
      {[...new Set(warnings)].map((warning) => (
        <p key={warning} class="note warn">
          {warning}
        </p>
      ))}
      <dl class="facts">
        {summaryFacts(summary).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rounds.length > 1 && <Rounds rounds={rounds} />}
    </section>
  );
}

function Rounds({ rounds }: { readonly rounds: NonNullable<Summary['rounds']> }) {
  return (
    <>
      <h3>Rounds of screening</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Rounds of screening">
        <table>
          <thead>
            <tr>
              <th class="number">round</th>
              <th class="number">candidates</th>
              <th class="number">scores reused</th>
              <th class="number">set aside</th>
              <th class="number">took</th>
            </tr>
          </thead>
          <tbody>
            {rounds.map(({ candidates, reused, failed, seconds }, i) => (
              <tr key={i}>
                <td class="number">{i + 1}</td>
                <td class="number">{formatCount(candidates)}</td>
                <td class="number">{formatCount(reused)}</td>
                <td class="number">{formatCount(failed)}</td>
                <td class="number">{formatDuration(seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
