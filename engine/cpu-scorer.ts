// Scores candidates one by one, on the CPU or in the plain layout on another device, and keeps the programs and the tensors of the latest draws for the next candidate.
import { openSpace } from '../core/spaces/index.js';
import type { Provider } from './batched/device.js';
import { createDrawStore, type DrawStoreOptions } from './draw-store.js';
import { scoreGraph, scoreStructure, wantedFeatures } from './graph/score-structure.js';
import type { NetworkScore } from './network-score.js';
import { outcomeOfError, outcomeOfScores, proxiesOf } from './outcome.js';
import { createPrograms } from './programs.js';
import type { Outcome, Scored, ScoreRequest, ScoreResult } from './protocol.js';
import { scoreNetwork } from './score.js';

export interface CpuScorer {
  score(request: ScoreRequest): Promise<ScoreResult>;
  /** One after the other; the outcome of a candidate that cannot be scored is the reason. */
  scoreAll(requests: readonly ScoreRequest[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

export interface CpuScorerOptions extends Omit<DrawStoreOptions, 'blockSize'> {
  readonly threads: number;
  /** `cpu` by default. Others run the plain layout, and what a device lacks runs on the CPU. */
  readonly device?: Provider;
}

export async function createCpuScorer({
  threads,
  device = 'cpu',
  ...options
}: CpuScorerOptions): Promise<CpuScorer> {
  const programs = await createPrograms({ threads, device });
  const draws = createDrawStore({ ...options, blockSize: programs.blockSize });

  const scoreOne = async (request: ScoreRequest): Promise<Required<Scored>> => {
    const space = openSpace(request.space);
    const { candidate, fidelity, families, structure } = request;
    const costs = space.costs({ candidate, resolution: fidelity.resolution });
    const built = space.graph?.({ candidate, resolution: fidelity.resolution });
    if (structure !== undefined || built) {
      const networks = built
        ? await scoreGraph({
            request,
            graph: built.graph,
            wanted: wantedFeatures(fidelity.features, built.features),
            threads,
            device,
          })
        : await scoreStructure({ request, structure: structure!, threads, device });
      const result = networks.map((score) => proxiesOf({ score, costs, space, families }));
      return { result, details: { costs, networks } };
    }
    const network = space.network({ candidate, resolution: fidelity.resolution });
    const networks: NetworkScore[] = [];
    for (const number of request.draws)
      networks.push(
        await draws.use(request, number, (draw) =>
          scoreNetwork({ network, features: fidelity.features, draw, programs }),
        ),
      );
    const result = networks.map((score) => proxiesOf({ score, costs, space, families }));
    return { result, details: { costs, networks } };
  };

  const outcomeOf = async (request: ScoreRequest): Promise<Outcome> => {
    try {
      const { candidate, report } = request;
      const { result, details } = await scoreOne(request);
      const scored: Scored = report === 'details' ? { result, details } : { result };
      return outcomeOfScores({ candidate, ...scored });
    } catch (error) {
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
