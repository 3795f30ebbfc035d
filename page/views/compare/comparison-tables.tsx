// Renders a comparison as tables: the agreement of each pair, the best candidates of each search with the
// intervals of their ranks, and advice.
import { Link } from 'wouter-preact';
import type { Comparison } from '../../../http/answers.js';
import { withQuery } from '../../api/ask.js';
import { Coded } from '../../parts/coded.js';
import { formatCorrelation, formatCount, formatPercent, formatValue } from '../../text/format.js';
import { CostTables } from './cost-tables.js';

/** The number of best candidates that are listed for each search. */
const WINNERS = 20;

export function ComparisonTables({ comparison }: { readonly comparison: Comparison }) {
  return (
    <>
      {comparison.between.length > 0 && <Agreement between={comparison.between} />}
      {comparison.searches.map((search) => (
        <One key={search.id} search={search} />
      ))}
    </>
  );
}

function Agreement({ between }: Pick<Comparison, 'between'>) {
  return (
    <section>
      <h2>Agreement</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Agreement of pairs">
        <table class="cards">
          <thead>
            <tr>
              <th>searches</th>
              <th>differ in</th>
              <th class="number">in both</th>
              <th class="number">Kendall’s τ</th>
              <th class="number">Spearman’s ρ</th>
              <th>shared among the first</th>
            </tr>
          </thead>
          <tbody>
            {between.map(({ searches, differ, candidates, kendall, spearman, shared }) => (
              <tr key={searches.join()}>
                <td>{searches.join(' and ')}</td>
                <td data-name="differ in">{differ.join(', ') || 'nothing'}</td>
                <td data-name="in both" class="number">
                  {formatCount(candidates)}
                </td>
                <td data-name="Kendall’s τ" class="number">
                  {formatCorrelation(kendall, 3)}
                </td>
                <td data-name="Spearman’s ρ" class="number">
                  {formatCorrelation(spearman, 3)}
                </td>
                <td data-name="shared among the first">{formatShared(shared)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Searches with few common candidates have the same number twice. */
function formatShared(shared: Comparison['between'][number]['shared']): string {
  return [...new Set(shared.map(({ k, share }) => `${k}: ${formatPercent(share)}`))].join(', ');
}

type SearchPart = Comparison['searches'][number];

function One({ search }: { readonly search: SearchPart }) {
  const { id, candidates, millisecondsPerCandidate, checklist, stability } = search;
  return (
    <section>
      <h2>{id}</h2>
      <p class="quiet">
        {formatCount(candidates)} ranked
        {millisecondsPerCandidate !== null && ` · ${formatValue(millisecondsPerCandidate)} ms a candidate`}
        {` · ${stability.draws} ${stability.draws === 1 ? 'draw' : 'draws'}`}
      </p>
      <ul class="checklist">
        {checklist.map(({ topic, verdict, question, answer }) => (
          <li key={topic}>
            <strong>{question}</strong> <span class={`badge ${VERDICTS[verdict]}`}>{verdict}</span>
            <span class="under">
              <Coded text={answer} />
            </span>
          </li>
        ))}
      </ul>
      <CostTables search={search} />
      <details open>
        <summary>The first {Math.min(WINNERS, stability.winners.length)}</summary>
        <Winners id={id} stability={stability} />
      </details>
    </section>
  );
}

const VERDICTS = { good: 'good', caution: 'warn', unknown: '', advice: 'busy' } as const;

function Winners({
  id,
  stability: { winners },
}: {
  readonly id: string;
  readonly stability: SearchPart['stability'];
}) {
  const widest = Math.max(10, ...winners.map(({ ranks }) => ranks?.[1] ?? 0));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Best candidates of ${id}`}>
      <table class="cards">
        <thead>
          <tr>
            <th class="number">rank</th>
            <th>candidate</th>
            <th class="number">score</th>
            <th>its rank with other draws (95 %)</th>
          </tr>
        </thead>
        <tbody>
          {winners.slice(0, WINNERS).map(({ rank, candidate, score, ranks }) => (
            <tr key={candidate}>
              <td class="number">{rank}</td>
              <td data-name="candidate" class="mono whole">
                <Link href={rowOf(id, candidate)}>
                  <bdi>{candidate}</bdi>
                </Link>
              </td>
              <td data-name="score" class="number">
                {formatValue(score)}
              </td>
              <td data-name="its rank with other draws (95 %)">
                {ranks ? <Interval ranks={ranks} rank={rank} widest={widest} /> : 'one draw says nothing'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The ranks in a comparison are those of classes, so the ranking is queried for the candidate's text. */
function rowOf(id: string, candidate: string): string {
  return withQuery(`/searches/${encodeURIComponent(id)}/ranking`, {
    filter: `candidate = ${JSON.stringify(candidate)}`,
  });
}

interface IntervalProps {
  readonly ranks: readonly [number, number];
  readonly rank: number;
  readonly widest: number;
}

function Interval({ ranks: [low, high], rank, widest }: IntervalProps) {
  const x = (value: number) => ((value - 1) / Math.max(1, widest - 1)) * 150 + 5;
  return (
    <span class="percentile">
      <svg class="interval" width="160" height="14" aria-hidden="true">
        <line x1={x(low)} x2={x(high)} y1="7" y2="7" />
        <circle cx={x(rank)} cy="7" r="4" />
      </svg>
      <span>
        {formatCount(low)} to {formatCount(high)}
      </span>
    </span>
  );
}
