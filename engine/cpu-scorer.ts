// Scores candidates one by one, on the CPU or in the plain layout on another device, and caches programs and
// the tensors of the latest draws.

import { CandidateError } from '../core/candidate-error.js';
import { DeviceError, SpecError } from '../core/errors.js';
import { openSpace } from '../core/spaces/index.js';
import type { FamilyName } from '../core/specification/families.js';
import { isMeasuredFamily } from '../core/specification/measured-families.js';
import { isOutOfMemory, type Provider } from './batched/device.js';
import { createDrawStore, type DrawStore, type DrawStoreOptions } from './draw-store.js';
import { type Placement, scoreGraph } from './graph/score-features.js';
import { scoreWhole } from './graph/score-whole.js';
import { type NetworkSource, sourceOf } from './graph/source.js';
import { ImagesError } from './images.js';
import type { NetworkScore } from './network-score.js';
import { neededFor, outcomeOfError, outcomeOfScores, proxiesOf } from './outcome.js';
import { createPrograms, type Programs } from './programs.js';
import type { Outcome, ScoredCandidate, ScoreRequest, ScoreResult } from './protocol.js';
import { scoreNetwork } from './score.js';

export interface CpuScorer {
  score(request: ScoreRequest): Promise<ScoreResult>;
  /**
   * Scores requests one after the other. The outcome of a candidate that cannot be scored is the reason. Throws a
   * DeviceError for what fails on a device other than the CPU, where one error may spoil all that follows, and an
   * error where memory is lacking, both of which another candidate may have caused.
   */
  scoreAll(requests: readonly ScoreRequest[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

export interface CpuScorerOptions extends Omit<DrawStoreOptions, 'blockSize'> {
  readonly threads: number;
  /** `cpu` by default. Other devices run the plain layout; nodes that they do not support run on the CPU. */
  readonly device?: Provider;
  /** `blocked` by default on the CPU; tests run the plain layout there, as other devices do. */
  readonly layout?: 'blocked' | 'plain';
}

export async function createCpuScorer({
  threads,
  device = 'cpu',
  layout = device === 'cpu' ? 'blocked' : 'plain',
  ...options
}: CpuScorerOptions): Promise<CpuScorer> {
  const programs = await createPrograms({ threads, device, layout });
  const placement = { threads, device, layout };
  const draws = createDrawStore({ ...options, blockSize: programs.blockSize });

  const blameDevice = (error: unknown): never => {
    throw device === 'cpu' || isOfCandidate(error) ? error : deviceErrorOf(device, error);
  };
  const scoreOne = async (request: ScoreRequest): Promise<Required<ScoredCandidate>> => {
    const space = openSpace(request.space);
    const { candidate, fidelity, families = ['az-nas'] } = request;
    const costs = space.costs({ candidate, resolution: fidelity.resolution });
    const source = sourceOf({ request, space });
    const counted = families.includes('counts')
      ? space.layerCounts?.({ candidate, resolution: fidelity.resolution })
      : undefined;
    const left = counted ? families.filter((family) => family !== 'counts') : families;
    const isWhole = (family: FamilyName) => isMeasuredFamily(family) || family === 'own';
    const isWanted = left.some((family) => !isWhole(family));
    const networks = isWanted
      ? await scoreBlocks({ request, source, draws, programs, placement }).catch(blameDevice)
      : [];
    const whole = left.some(isWhole)
      ? await scoreWhole({ request, source, costs, families: left, threads })
      : request.draws.map(() => ({}));
    const result = whole.map((measured, i) => {
      const score = networks[i];
      return { ...(score ? proxiesOf({ score, costs, space, families }) : {}), ...measured, ...counted };
    });
    return { result, details: { costs, networks } };
  };

  const outcomeOf = async (request: ScoreRequest): Promise<Outcome> => {
    try {
      const { candidate, report } = request;
      const { result, details } = await scoreOne(request);
      const scored: ScoredCandidate = report === 'details' ? { result, details } : { result };
      return outcomeOfScores({ candidate, ...scored });
    } catch (error) {
      if (error instanceof DeviceError || (!isOfCandidate(error) && isOutOfMemory(error))) throw error;
      return outcomeOfError(error);
    }
  };

  return {
    score: async (request) => (await scoreOne(request)).result,
    scoreAll: async (requests) => {
      const outcomes: Outcome[] = [];
      for (const request of requests) outcomes.push(await outcomeOf(request));
      return outcomes;
    },
    close: () => programs.close(),
  };
}

/** Errors for which the machine is not to blame. */
function isOfCandidate(error: unknown): boolean {
  return [SpecError, CandidateError, ImagesError].some((kind) => error instanceof kind);
}

function deviceErrorOf(device: Provider, error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError({ device, message, cause: error });
}

interface ScoreBlocksArguments {
  readonly request: ScoreRequest;
  readonly source: NetworkSource;
  readonly draws: DrawStore;
  readonly programs: Programs;
  readonly placement: Placement;
}

/** The scores of features and blocks for each requested draw, in order. */
async function scoreBlocks({
  request,
  source,
  draws,
  programs,
  placement,
}: ScoreBlocksArguments): Promise<readonly NetworkScore[]> {
  const { features } = request.fidelity;
  const needs = neededFor(request);
  const { unread } = needs;
  if ('graph' in source) return await scoreGraph({ request, needs, ...source, placement });
  const scores: NetworkScore[] = [];
  for (const number of request.draws)
    scores.push(
      await draws.use(request, number, (draw) =>
        scoreNetwork({ network: source.network, features, unread, draw, programs }),
      ),
    );
  return scores;
}
