// In: score requests. Out: raw proxies. One scorer holds the programs and the tensors of a few draws.
import { LRUCache } from 'lru-cache';
import { type Draw, randomDraw } from '../core/ir/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { createScratch, type DrawTensors, drawTensors, type Scratch } from './draw-tensors.js';
import { imagesOfDraw } from './images.js';
import { failed, proxiesOf, scored } from './outcome.js';
import { createPrefixes, type Reach } from './prefixes.js';
import { createPrograms } from './programs.js';
import type { Outcome, ScoreRequest, ScoreResult } from './protocol.js';
import { KEPT_DRAWS } from './resident-limit.js';
import { scoreNetwork } from './score.js';

export interface Scorer {
  score(request: ScoreRequest): Promise<ScoreResult>;
  /** One after the other; a candidate that cannot be scored has its reason as outcome. */
  scoreAll(requests: readonly ScoreRequest[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** What a draw's tensors are made from, whoever keeps them. */
type Drawn = Pick<Parameters<typeof drawTensors>[0], 'draw' | 'batch' | 'resolution' | 'blockSize'>;

export async function createScorer({
  threads,
  drawOf = randomDraw,
  reach,
}: {
  threads: number;
  /** Another distribution of weights; for measuring what it would change. */
  drawOf?: (key: { seed: number; draw: number; owner: string }) => Draw;
  /** How much of what networks have in common is kept. */
  reach?: Reach | undefined;
}): Promise<Scorer> {
  const programs = await createPrograms({ threads });
  const { blockSize } = programs;
  const prefixes = createPrefixes(reach ? { reach } : {});
  const kept = new LRUCache<string, DrawTensors>({ max: KEPT_DRAWS });
  const scratches: Scratch[] = [];
  const drawn = ({ seed, fidelity, candidate, images }: ScoreRequest, draw: number): Drawn => {
    const { batch, resolution, weights } = fidelity;
    const noise = drawOf({ seed, draw, owner: weights === 'candidate' ? candidate : '' });
    const ofDraw = images
      ? { ...noise, input: (shape: readonly number[]) => imagesOfDraw({ images, draw, shape }) }
      : noise;
    return { draw: ofDraw, batch, resolution, blockSize };
  };
  /** Tensors that all candidates share are kept; those of one are written over by the next one's. */
  const withTensors = async <T>(
    request: ScoreRequest,
    draw: number,
    work: (tensors: DrawTensors) => Promise<T>,
  ): Promise<T> => {
    const { seed, fidelity, images } = request;
    const { batch, resolution, weights } = fidelity;
    if (weights === 'candidate') {
      const scratch = scratches.pop() ?? createScratch();
      const alone = createPrefixes({ reach: 'stem' }).under('');
      const tensors = drawTensors({ ...drawn(request, draw), serves: 'one', scratch, prefixes: alone });
      return await work(tensors).finally(() => scratches.push(scratch));
    }
    const key = JSON.stringify([seed, draw, batch, resolution, images?.digest]);
    const known = kept.get(key) ?? drawTensors({ ...drawn(request, draw), prefixes: prefixes.under(key) });
    kept.set(key, known);
    return await work(known);
  };
  const score = async (request: ScoreRequest): Promise<ScoreResult> => {
    const space = openSpace(request.space);
    const at = { candidate: request.candidate, resolution: request.fidelity.resolution };
    const network = space.network(at);
    const costs = space.costs(at);
    const { features } = request.fidelity;
    const result = [];
    for (const number of request.draws) {
      const score = await withTensors(request, number, (draw) =>
        scoreNetwork({ network, features, draw, programs }),
      );
      result.push(proxiesOf({ score, costs, space }));
    }
    return result;
  };
  return {
    score,
    scoreAll: async (requests) => {
      const outcomes: Outcome[] = [];
      for (const request of requests)
        outcomes.push(
          await score(request).then((result) => scored({ candidate: request.candidate, result }), failed),
        );
      return outcomes;
    },
    close: () => programs.close(),
  };
}
