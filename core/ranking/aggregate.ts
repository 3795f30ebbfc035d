// Turns the raw proxies of a cohort into one score for each candidate, which is meaningful within that cohort
// only.
import { TerminalError } from '../errors.js';
import { ascendingRanks } from './ranks.js';

/**
 * One proxy over the cohort: `draws` has one column [m] for each draw, or a single column for a proxy that
 * does not depend on draws.
 */
export interface ProxyColumn {
  readonly proxy: string;
  readonly weight: number;
  readonly draws: readonly ArrayLike<number>[];
}

/**
 * Scores [m]; higher is better. For each proxy, ranks are averaged over the draws and divided by m: r. The
 * score is Σ weight · log r (`log-rank`; the best possible score is 0) or Σ weight · r (`linear-rank`; the
 * best possible score is the sum of the weights). Scores of two cohorts must never be merged. Throws a
 * TerminalError for columns of different length, no column or no draw. AZ-NAS (arXiv 2403.19232), non-linear
 * ranking; docs/understand/method.md, Aggregation.
 */
export function aggregate({
  columns,
  kind,
}: {
  readonly columns: readonly ProxyColumn[];
  readonly kind: 'log-rank' | 'linear-rank';
}): Float64Array {
  const m = columns[0]?.draws[0]?.length;
  if (m === undefined) throw badColumns('nothing to aggregate: no proxy, or a proxy without draws');
  const scores = new Float64Array(m);
  for (const { proxy, weight, draws } of columns) {
    const ranks = meanRanks({ proxy, draws, m });
    for (let i = 0; i < m; i += 1) {
      scores[i] = scores[i]! + rankTerm({ kind, weight, share: ranks[i]! / m });
    }
  }
  return scores;
}

/**
 * The contribution of one proxy to a score; `share` is the mean rank over the draws, divided by the size of
 * the cohort.
 */
export function rankTerm({
  kind,
  weight,
  share,
}: {
  readonly kind: 'log-rank' | 'linear-rank';
  readonly weight: number;
  readonly share: number;
}): number {
  return weight * (kind === 'log-rank' ? Math.log(share) : share);
}

/** Sums of ranks are multiples of 1/2 and hence exact, so the order of the draws changes no bit. */
function meanRanks({
  proxy,
  draws,
  m,
}: {
  readonly proxy: string;
  readonly draws: readonly ArrayLike<number>[];
  readonly m: number;
}): Float64Array {
  if (draws.length === 0) throw badColumns(`${proxy}: no draws`);
  const sum = new Float64Array(m);
  for (const values of draws) {
    if (values.length !== m)
      throw badColumns(`${proxy}: a column of ${values.length} values in a cohort of ${m}`);
    const ranks = ascendingRanks(values);
    for (let i = 0; i < m; i += 1) sum[i] = sum[i]! + ranks[i]!;
  }
  return sum.map((total) => total / draws.length);
}

function badColumns(message: string): TerminalError {
  return new TerminalError({ code: 'bad-columns', message });
}
