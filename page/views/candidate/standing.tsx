// Renders the origin of a candidate's score: the value of each proxy, and its percentile among all
// candidates.
import type { CandidateAnswer } from '../../../http/answers.js';
import { describeSum } from '../../text/describe-sum.js';
import { formatPercent, formatValue } from '../../text/format.js';
import { orderProxies } from '../../text/order-proxies.js';

/** Columns that are not proxies. */
const OTHERS: ReadonlySet<string> = new Set(['rank', 'candidate', 'score', 'class', 'latency']);

export function Standing({ answer }: { readonly answer: CandidateAnswer }) {
  const { row, percentiles, aggregation } = answer;
  const names = orderProxies({
    items: Object.keys(percentiles).filter((name) => !OTHERS.has(name)),
    nameOf: (name) => name,
    weights: aggregation?.weights,
  });
  return (
    <section>
      <h2>Where its score comes from</h2>
      <p class="quiet">
        The bar is the share of the other candidates with a lower value, with half of those with an equal one.{' '}
        {describeSum(aggregation)}
      </p>
      <div class="scroll proxies" tabIndex={0} role="region" aria-label="Proxies of this candidate">
        <table>
          <thead>
            <tr>
              <th>proxy</th>
              <th class="number">value</th>
              <th>better than</th>
              {aggregation && <th class="number">weight</th>}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{formatValue(row[name])}</td>
                <td>
                  <Bar share={percentiles[name]!} name={name} />
                </td>
                {aggregation && <td class="number">{aggregation.weights[name] ?? '–'}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Bar({ share, name }: { readonly share: number; readonly name: string }) {
  return (
    <span class="percentile">
      <progress class="progress" max={1} value={share} aria-label={`share of the others with less ${name}`} />
      <span>{formatPercent(share)}</span>
    </span>
  );
}
