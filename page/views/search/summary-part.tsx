// Renders the counts of a finished search (candidates, scores, rounds), and the notes on its ranking.
import type { Summary } from '../../../http/answers.js';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatCount, formatDuration, formatPercent, formatValue } from '../../text/format.js';

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
        {factsOf(summary).map(([name, value]) => (
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

function factsOf(summary: Summary): readonly (readonly [string, string])[] {
  const { candidates, scored, reused, failed, millisecondsPerCandidate, classes, shared } = summary;
  const { generations, ended, verification, drawn } = summary;
  const facts: [string, string][] = [
    ['candidates', formatCount(candidates)],
    ['scored now', formatCount(scored)],
    ['scores that were there', formatCount(reused)],
    ['set aside', formatCount(failed)],
  ];
  if (millisecondsPerCandidate > 0)
    facts.push(['time a candidate', formatMilliseconds(millisecondsPerCandidate)]);
  if (classes !== undefined) facts.push(['distinct functions', formatCount(classes)]);
  if (shared) facts.push(['share another’s score', formatCount(shared)]);
  if (generations !== undefined) facts.push(['generations', formatCount(generations)]);
  if (ended) facts.push(['ended because', ended]);
  if (drawn) {
    const rejected = Object.values(drawn.rejected).reduce((sum, count) => sum + count, 0);
    facts.push(['drawn', formatCount(drawn.proposed)]);
    facts.push(['rejected by constraints', formatPercent(rejected / Math.max(1, drawn.proposed))]);
    facts.push(['drawn before', formatPercent(drawn.duplicates / Math.max(1, drawn.proposed))]);
  }
  if (verification)
    facts.push([
      'verified by another worker',
      `${formatCount(verification.verified)} of ${formatCount(verification.scores)}`,
    ]);
  return facts;
}

function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 10_000) return `${formatValue(milliseconds)} ms`;
  return milliseconds < 60_000
    ? `${formatValue(milliseconds / 1_000)} s`
    : formatDuration(milliseconds / 1_000);
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
              <th class="number">scores that were there</th>
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
