// Converts the result of scoring one candidate, or the error that was thrown, to the outcome that is sent to
// the worker.

import { CandidateError } from '../core/candidate-error.js';
import { SpecError } from '../core/errors.js';
import { EVERYTHING, type Needs } from '../core/ir/measured.js';
import { expressivity, progressivity, trainability } from '../core/proxies/az-nas.js';
import { meanExpressivity } from '../core/proxies/mean-expressivity.js';
import { residual } from '../core/proxies/residual.js';
import { sampledProgressivity } from '../core/proxies/sampled-progressivity.js';
import type { Costs, Space } from '../core/spaces/space.js';
import type { AzNasProxy, FamilyName, ProxyName } from '../core/specification/families.js';
import type { MeasuredFamily } from '../core/specification/measured-families.js';
import { ImagesError } from './images.js';
import type { NetworkScore } from './network-score.js';
import type { Outcome, ScoredCandidate, ScoreRequest } from './protocol.js';

interface Scores {
  readonly score: NetworkScore;
  readonly costs: Costs;
  readonly space: Pick<Space, 'proxies' | 'scored'>;
}

type Proxies = Readonly<Partial<Record<ProxyName, number>>>;

/** The families that are computed from the scores of features and blocks. */
type BlockwiseFamily = Exclude<FamilyName, MeasuredFamily | 'costs' | 'own'>;

const BLOCKWISE: Readonly<Record<BlockwiseFamily, (scores: Scores) => Proxies>> = {
  'az-nas': azNasOf,
  'mean-expressivity': meanOf,
  'sampled-progressivity': sampledOf,
  residual: residualOf,
};

/** The families that read the Jacobians of blocks. */
const READ_JACOBIANS: ReadonlySet<FamilyName> = new Set(['az-nas', 'residual']);

/**
 * A candidate's proxies under one draw: those of the requested families; of az-nas, those that are defined in
 * its space.
 */
export function proxiesOf({
  families = ['az-nas'],
  ...scores
}: Scores & { readonly families?: readonly FamilyName[] | undefined }): Proxies {
  const wanted: readonly string[] = families;
  const computed = Object.entries(BLOCKWISE).map(([family, compute]) =>
    wanted.includes(family) ? compute(scores) : {},
  );
  return Object.assign({}, ...computed) as Proxies;
}

/** Details contain all that is measured; proxies are computed from what they read. */
export function neededFor({
  families = ['az-nas'],
  report,
}: Pick<ScoreRequest, 'families' | 'report'>): Needs {
  if (report === 'details') return EVERYTHING;
  const readJacobians = families.some((family) => READ_JACOBIANS.has(family));
  return { unread: 'skipped', jacobians: readJacobians ? 'measured' : 'skipped' };
}

function azNasOf({ score: { features, blocks, reads }, costs, space }: Scores): Proxies {
  const proxies: Readonly<Record<AzNasProxy, number>> = {
    expressivity: expressivity(pick(features, reads?.expressivity)),
    progressivity: progressivity(pick(features, reads?.progressivity)),
    trainability: trainability(pick(blocks, reads?.trainability)),
    complexity: costs.flops,
  };
  return Object.fromEntries((space.scored ?? space.proxies).map((name) => [name, proxies[name]]));
}

function meanOf({ score: { features, reads } }: Scores): Proxies {
  return { 'mean-expressivity': meanExpressivity(pick(features, reads?.averaged ?? reads?.expressivity)) };
}

function sampledOf({ score: { features, spectra, reads } }: Scores): Proxies {
  const all = features.map((expressivity, i) => ({ expressivity, ...spectra[i]! }));
  return { 'sampled-progressivity': sampledProgressivity(pick(all, reads?.progressivity)) };
}

function residualOf({ score: { traces, reads } }: Scores): Proxies {
  return { residual: residual(pick(traces, reads?.trainability)) };
}

function pick<T>(values: readonly T[], positions: readonly number[] | undefined): readonly T[] {
  return positions ? positions.map((position) => values[position]!) : values;
}

/** The outcome of a candidate that was scored. A NaN among its proxies makes it a failure. */
export function outcomeOfScores({
  candidate,
  ...scored
}: ScoredCandidate & { readonly candidate: string }): Outcome {
  for (const proxies of scored.result)
    for (const [name, value] of Object.entries(proxies))
      if (Number.isNaN(value)) return { reason: 'not-a-number', detail: `${name} of ${candidate} is NaN` };
  return scored;
}

export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof ImagesError) return { fault: error.message };
  const reason =
    error instanceof CandidateError ? error.reason : error instanceof SpecError ? 'invalid' : 'error';
  return { reason, detail: error instanceof Error ? error.message : String(error) };
}
