// In: score requests. Out: raw proxies. One scorer holds the programs and the tensors of a few draws.
import { LRUCache } from 'lru-cache';
import { type Draw, randomDraw } from '../core/programs/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { type DrawTensors, drawTensors } from './draw-tensors.js';
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
  const draws = new LRUCache<string, DrawTensors>({ max: KEPT_DRAWS });
  const tensorsOf = ({ seed, fidelity, candidate, images }: ScoreRequest, draw: number): DrawTensors => {
    const { batch, resolution, weights } = fidelity;
    const owner = weights === 'candidate' ? candidate : '';
    const key = JSON.stringify([seed, draw, batch, resolution, owner, images?.digest]);
    const noise = drawOf({ seed, draw, owner });
    const drawn = images
      ? { ...noise, input: (shape: readonly number[]) => imagesOfDraw({ images, draw, shape }) }
      : noise;
    const known =
      draws.get(key) ??
      drawTensors({
        draw: drawn,
        batch,
        resolution,
        blockSize,
        serves: owner ? 'one' : 'all',
        prefixes: prefixes.under(key),
      });
    draws.set(key, known);
    return known;
  };
  const score = async (request: ScoreRequest): Promise<ScoreResult> => {
    const space = openSpace(request.space);
    const at = { candidate: request.candidate, resolution: request.fidelity.resolution };
    const network = space.network(at);
    const costs = space.costs(at);
    const { features } = request.fidelity;
    const result = [];
    for (const draw of request.draws)
      result.push(
        proxiesOf({
          score: await scoreNetwork({ network, features, draw: tensorsOf(request, draw), programs }),
          costs,
          space,
        }),
      );
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
