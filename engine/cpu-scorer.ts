// Scores candidates one by one on the CPU, and keeps the programs and the tensors of the latest draws for the next candidate.
import { LRUCache } from 'lru-cache';
import { type Draw, randomDraw } from '../core/ir/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { createScratch, type DrawTensors, drawTensors, type Scratch } from './draw-tensors.js';
import { scoreStructure } from './graph/score-structure.js';
import { imagesOfDraw } from './images.js';
import type { NetworkScore } from './network-score.js';
import { outcomeOfError, outcomeOfScores, proxiesOf } from './outcome.js';
import { createPrefixCaches, type PrefixCaches } from './prefix-cache.js';
import { createPrograms } from './programs.js';
import type { Outcome, Scored, ScoreRequest, ScoreResult } from './protocol.js';
import { KEPT_DRAWS } from './resident-limit.js';
import { scoreNetwork } from './score.js';

export interface CpuScorer {
  score(request: ScoreRequest): Promise<ScoreResult>;
  /** One after the other; the outcome of a candidate that cannot be scored is the reason. */
  scoreAll(requests: readonly ScoreRequest[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

export interface CpuScorerOptions {
  readonly threads: number;
  /** Makes the random tensors of a draw. */
  readonly drawOf?: (key: DrawKey) => Draw;
  readonly prefixCaches?: PrefixCaches;
}

interface DrawKey {
  readonly seed: number;
  readonly draw: number;
  /** A candidate whose weights are drawn for it alone, or '' where all candidates share them. */
  readonly owner: string;
}

export async function createCpuScorer({
  threads,
  drawOf = randomDraw,
  prefixCaches = createPrefixCaches(),
}: CpuScorerOptions): Promise<CpuScorer> {
  const programs = await createPrograms({ threads });
  const sharedTensors = new LRUCache<string, DrawTensors>({ max: KEPT_DRAWS });
  const scratches: Scratch[] = [];

  const sourceOf = ({ seed, fidelity, candidate, images }: ScoreRequest, draw: number) => {
    const { batch, resolution, weights } = fidelity;
    const noise = drawOf({ seed, draw, owner: weights === 'candidate' ? candidate : '' });
    const input = (shape: readonly number[]) =>
      images ? imagesOfDraw({ images, draw, shape }) : noise.input(shape);
    return { draw: { ...noise, input }, batch, resolution, blockSize: programs.blockSize };
  };

  /** Tensors that belong to one candidate live in memory that the next candidate's tensors overwrite. */
  const withOwnTensors = async <T>(
    request: ScoreRequest,
    draw: number,
    work: (tensors: DrawTensors) => Promise<T>,
  ): Promise<T> => {
    const scratch = scratches.pop() ?? createScratch();
    const prefixes = createPrefixCaches({ depth: 'stem' }).ofDraw('');
    const tensors = drawTensors({ ...sourceOf(request, draw), serves: 'one', scratch, prefixes });
    return await work(tensors).finally(() => scratches.push(scratch));
  };

  const tensorsOfAll = (request: ScoreRequest, draw: number): DrawTensors => {
    const { seed, fidelity, images } = request;
    const key = JSON.stringify([seed, draw, fidelity.batch, fidelity.resolution, images?.digest]);
    const known = sharedTensors.get(key);
    if (known) return known;
    const tensors = drawTensors({ ...sourceOf(request, draw), prefixes: prefixCaches.ofDraw(key) });
    sharedTensors.set(key, tensors);
    return tensors;
  };

  const scoreOne = async (request: ScoreRequest): Promise<Required<Scored>> => {
    const space = openSpace(request.space);
    const { candidate, fidelity, families, structure } = request;
    const costs = space.costs({ candidate, resolution: fidelity.resolution });
    if (structure !== undefined) {
      const networks = await scoreStructure({ request, structure, threads });
      const result = networks.map((score) => proxiesOf({ score, costs, space, families }));
      return { result, details: { costs, networks } };
    }
    const network = space.network({ candidate, resolution: fidelity.resolution });
    const networks: NetworkScore[] = [];
    for (const number of request.draws) {
      const work = (draw: DrawTensors) =>
        scoreNetwork({ network, features: fidelity.features, draw, programs });
      networks.push(
        fidelity.weights === 'candidate'
          ? await withOwnTensors(request, number, work)
          : await work(tensorsOfAll(request, number)),
      );
    }
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
