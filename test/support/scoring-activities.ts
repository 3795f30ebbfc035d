// Supplies what the activities of score workers need in tests: a gate, a specification of two families of proxies, and
// a stand-in for the scorers of a worker.
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import { createGate } from '../../activities/engine-gate.js';
import type { Scoring } from '../../activities/scoring.js';
import { checkSpecification, type Specification } from '../../core/specification/specification.js';

/** The gate of a worker that sees no others. */
export const gateOfOne = () =>
  createGate({
    fleet: { engines: async () => new Map(), peers: async () => 1 },
    step: () => ({ activityId: '1' }),
  });

/** A specification whose scores are of the families az-nas and residual, and where these are stored. */
export function twoFamilies(draws: number): {
  readonly specification: Specification;
  readonly scopes: ReturnType<typeof listScopesByFamily>;
} {
  const specification = checkSpecification({
    value: {
      name: 'test',
      space: 'nas-bench-201',
      cohort: 'written',
      proxies: ['trainability', 'residual'],
      fidelity: { draws },
    },
    source: 'test',
  });
  return {
    specification,
    scopes: listScopesByFamily({ specification, address: addressOf({ specification }) }),
  };
}

/** The scoring of a healthy worker of one scorer, which `score` stands in for. */
export const scoringBy = (worker: string, score: Scoring['score']): Scoring => ({
  device: 'cpu',
  worker,
  standing: new AbortController().signal,
  size: 1,
  countDeaths: () => 0,
  score,
  onScored: () => {},
  onVerified: () => {},
  onFailed: () => {},
});
