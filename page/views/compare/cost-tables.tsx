// Renders what the proxies of a search cost, and how well each ranking agrees with known accuracies beside it.
import type { Comparison } from '../../../http/answers.js';
import { formatCorrelation, formatCount, formatValue } from '../../text/format.js';

type SearchPart = Comparison['searches'][number];
type Costs = NonNullable<SearchPart['costs']>;
type Quality = SearchPart['datasets'][number];

export function CostTables({ search: { id, costs, datasets } }: { readonly search: SearchPart }) {
  return (
    <>
      {costs && <CostTable id={id} costs={costs} />}
      {datasets.map((quality) => (
        <QualityTable key={quality.dataset} quality={quality} />
      ))}
    </>
  );
}

function CostTable({
  id,
  costs: { candidates, together, families },
}: {
  readonly id: string;
  readonly costs: Costs;
}) {
  return (
    <details open>
      <summary>Cost of the proxies</summary>
      <p class="quiet">
        Milliseconds a candidate under one draw, by one thread of the server, the median of{' '}
        {formatCount(candidates)}: {formatValue(together)} for all together.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Cost of the proxies of ${id}`}>
        <table>
          <thead>
            <tr>
              <th>proxies</th>
              <th class="number">alone</th>
              <th class="number">added to the others</th>
            </tr>
          </thead>
          <tbody>
            {families.map(({ family, proxies, alone, added }) => (
              <tr key={family}>
                <td>{proxies.join(', ')}</td>
                <td class="number">{formatValue(alone)}</td>
                <td class="number">{formatValue(added)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Cheapest first where times are known, so that the Pareto-optimal rankings rise. */
function QualityTable({ quality: { dataset, candidates, rankers } }: { readonly quality: Quality }) {
  const sorted = [...rankers].sort((a, b) => (a.milliseconds ?? 0) - (b.milliseconds ?? 0));
  return (
    <details open>
      <summary>{dataset}: quality against cost</summary>
      <p class="quiet">
        {formatCount(candidates)} known accuracies. Best: no other ranking is as cheap and agrees as well
        (Pareto-optimal).
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Quality against cost on ${dataset}`}>
        <table>
          <thead>
            <tr>
              <th>ranked by</th>
              <th class="number">ms a candidate</th>
              <th class="number">Kendall’s τ</th>
              <th class="number">best of the first 10 misses</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ name, milliseconds, kendall, top, paretoOptimal }) => (
              <tr key={name}>
                <td>{name}</td>
                <td class="number">{milliseconds === null ? '–' : formatValue(milliseconds)}</td>
                <td class="number">{formatCorrelation(kendall.value, 3)}</td>
                <td class="number">{formatValue(top.find(({ k }) => k === 10)?.regret.value)}</td>
                <td>{paretoOptimal && <span class="badge good">best</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
