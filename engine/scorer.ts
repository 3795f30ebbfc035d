// In: score requests. Out: raw proxies. One scorer holds the programs and the tensors of a few draws.
import { LRUCache } from 'lru-cache';
import { randomDraw } from '../core/programs/draw.js';
import { expressivity, progressivity, trainability } from '../core/proxies/az-nas.js';
import { openSpace } from '../core/spaces/index.js';
import type { ProxyName } from '../core/spec/proxies.js';
import { createPrograms } from './programs.js';
import type { ScoreRequest, ScoreResult } from './protocol.js';
import { type DrawTensors, drawTensors, scoreNetwork } from './score.js';

/** Draws whose tensors are kept; each takes 15 to 60 MB. */
const KEPT_DRAWS = 4;

export interface Scorer {
  score(request: ScoreRequest): Promise<ScoreResult>;
  close(): Promise<void>;
}

export async function createScorer({ threads }: { threads: number }): Promise<Scorer> {
  const programs = await createPrograms({ threads });
  const { blockSize } = programs;
  const draws = new LRUCache<string, DrawTensors>({ max: KEPT_DRAWS });
  const tensorsOf = ({ seed, fidelity, candidate }: ScoreRequest, draw: number): DrawTensors => {
    const { batch, resolution, weights } = fidelity;
    const owner = weights === 'candidate' ? candidate : '';
    const key = JSON.stringify([seed, draw, batch, resolution, owner]);
    const known =
      draws.get(key) ??
      drawTensors({ draw: randomDraw({ seed, draw, owner }), batch, resolution, blockSize });
    draws.set(key, known);
    return known;
  };
  return {
    score: async (request) => {
      const space = openSpace(request.space);
      const at = { candidate: request.candidate, resolution: request.fidelity.resolution };
      const network = space.network(at);
      const complexity = space.costs(at).flops;
      const results = [];
      for (const draw of request.draws) {
        const score = await scoreNetwork({ network, draw: tensorsOf(request, draw), programs });
        const proxies: Record<ProxyName, number> = {
          expressivity: expressivity(score.features),
          progressivity: progressivity(score.features),
          trainability: trainability(score.blocks),
          complexity,
        };
        results.push(Object.fromEntries(space.proxies.map((name) => [name, proxies[name]])));
      }
      return results;
    },
    close: () => programs.close(),
  };
}
