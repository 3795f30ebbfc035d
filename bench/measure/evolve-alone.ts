// Runs an evolution of the MobileNetV2 space without servers, with the same children as a search.
import { breed } from '../../core/evolution/breed.js';
import { createHistory } from '../../core/evolution/history.js';
import { openSpace } from '../../core/spaces/index.js';
import { rejection } from '../../core/specification/rejection.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { ScoreResult } from '../../engine/protocol.js';
import type { ScorerPool } from '../../engine/scorer-pool.js';

/** The space, strategy and limits of examples/mobilenet-v2-evolution.yaml; both rank by the proxies of AZ-NAS. */
export const SPACE: SpaceSpecification = { kind: 'mobilenet-v2' };
export const EVOLUTION = { kind: 'evolution', population: 64, generation: 16, mutations: 2 } as const;
export const CONSTRAINTS = { flops: { max: 450e6 }, layers: { max: 14 }, resolution: 224 };

export interface Scored {
  readonly candidate: string;
  readonly result: ScoreResult;
}

export async function evolveAlone({
  budget,
  seed,
  score,
}: {
  readonly budget: number;
  readonly seed: number;
  readonly score: (children: readonly string[]) => Promise<readonly ScoreResult[]>;
}): Promise<readonly Scored[]> {
  const space = openSpace(SPACE);
  const { population, generation: size } = EVOLUTION;
  const columns = space.proxies.map((proxy) => ({ proxy, weight: 1 }));
  const history = createHistory({ columns, draws: 1, kind: 'log-rank', best: population - 1 });
  const all: Scored[] = [];
  const seen = new Set<string>();
  for (let generation = 0; all.length < budget; generation++) {
    const { children } = await breed({
      space,
      seed,
      evolution: { ...EVOLUTION, budget },
      generation: { number: generation, count: Math.min(size, budget - all.length) },
      past: { scored: all.map(({ candidate }) => candidate), best: history.best, seen },
      rejection: rejection({ space, constraints: CONSTRAINTS }),
    });
    const results = await score(children);
    for (const [i, candidate] of children.entries()) {
      const result = results[i]!;
      seen.add(space.canonicalKey(candidate));
      all.push({ candidate, result });
      history.insert(result);
    }
  }
  return all;
}

interface ScoreAllArguments {
  readonly pool: ScorerPool;
  readonly batch: number;
  readonly resolution: number;
  readonly seed: number;
  readonly candidates: readonly string[];
}

export function scoreAll({
  pool,
  batch,
  resolution,
  seed,
  candidates,
}: ScoreAllArguments): Promise<ScoreResult[]> {
  const fidelity = { batch, resolution, weights: 'shared', features: 'blocks' } as const;
  return Promise.all(
    candidates.map((candidate) => pool.score({ space: SPACE, candidate, seed, fidelity, draws: [0] })),
  );
}
