// Says how a score is computed from the proxies of a candidate.
import type { CandidateAnswer } from '../../http/answers.js';

/**
 * What each proxy adds is not told: it comes from the mean of the ranks under all draws, and a ranking holds the
 * mean of the values alone, whose ranks are others.
 */
export function describeSum(aggregation: CandidateAnswer['aggregation']): string {
  if (aggregation === null)
    return 'A calibration computes the score from the ranks of all proxies, averaged over the draws.';
  const { kind } = aggregation;
  const term = kind === 'log-rank' ? "the logarithm of the proxy's rank" : "the proxy's rank";
  const effect = kind === 'log-rank' ? ', so that one weak proxy weighs heavily' : '';
  return `The score is a sum over the proxies: the weight times ${term}, which is averaged over the draws and divided by the number of all that were ranked${effect}. The bars are near these ranks; a comparison of searches lists what each proxy adds for the first candidates.`;
}
