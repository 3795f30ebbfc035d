// In: what scoring one candidate gave, or the error that it threw. Out: its outcome, as it crosses to the worker.

import { CandidateError } from '../core/candidate-error.js';
import { SpecError } from '../core/errors.js';
import { expressivity, progressivity, trainability } from '../core/proxies/az-nas.js';
import type { Costs, Space } from '../core/spaces/space.js';
import type { ProxyName } from '../core/specification/proxies.js';
import type { NetworkScore } from './network-score.js';
import type { Outcome, Scored } from './protocol.js';

/** A candidate's proxies under one draw: those that mean something in its space. */
export function proxiesOf({
  score: { features, blocks },
  costs,
  space,
}: {
  score: NetworkScore;
  costs: Costs;
  space: Space;
}): Readonly<Partial<Record<ProxyName, number>>> {
  const proxies: Readonly<Record<ProxyName, number>> = {
    expressivity: expressivity(features),
    progressivity: progressivity(features),
    trainability: trainability(blocks),
    complexity: costs.flops,
  };
  return Object.fromEntries(space.proxies.map((name) => [name, proxies[name]]));
}

/** NaN is nobody's score. */
export function outcomeOfScores({ candidate, ...scored }: Scored & { readonly candidate: string }): Outcome {
  for (const proxies of scored.result)
    for (const [name, value] of Object.entries(proxies))
      if (Number.isNaN(value)) return { reason: 'not-a-number', detail: `${name} of ${candidate} is NaN` };
  return scored;
}

export function outcomeOfError(error: unknown): Outcome {
  const reason =
    error instanceof CandidateError ? error.reason : error instanceof SpecError ? 'invalid' : 'error';
  return { reason, detail: error instanceof Error ? error.message : String(error) };
}
