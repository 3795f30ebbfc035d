// In: an evolution. Out: milliseconds a child, scored with and without reuse of what children have in common with others, in turn.
import { isDeepStrictEqual } from 'node:util';
import { breed } from '../../core/evolution/breed.js';
import { createHistory } from '../../core/evolution/history.js';
import { openSpace } from '../../core/spaces/index.js';
import { rejection } from '../../core/spaces/rejection.js';
import type { SpaceSpecification } from '../../core/spec/space.js';
import { REACHES, type Reach } from '../../engine/prefixes.js';
import type { ScoreResult } from '../../engine/protocol.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { peakResidentBytes } from './machine.js';
import { SCRIPT } from './pure.js';

const MEGA = 1e6;
const SPACE: SpaceSpecification = { kind: 'mobilenet-v2' };
const EVOLUTION = { kind: 'evolution', population: 64, generation: 16, mutations: 2 } as const;
const CONSTRAINTS = { flops: { max: 450e6 }, layers: { max: 14 }, resolution: 224 };

export interface ChildrenSetting {
  readonly batch: number;
  readonly resolution: number;
  readonly scorers: number;
  /** Children in all. */
  readonly budget: number;
  readonly seed: number;
}

/**
 * The search of examples/mobilenet-v2-evolution.yaml, each generation scored by two pools of scorers, one after the other,
 * who is first changing. Their results are compared bit by bit. The first generations fill the population and are told apart.
 */
export async function compareChildren(setting: ChildrenSetting) {
  const { budget, seed, scorers } = setting;
  const space = openSpace(SPACE);
  const broken = rejection({ space, constraints: CONSTRAINTS });
  const columns = space.proxies.map((proxy) => ({ proxy, weight: 1 }));
  const { population, generation: size } = EVOLUTION;
  const history = createHistory({ columns, draws: 1, kind: 'log-rank', best: population - 1 });
  const scored: string[] = [];
  const seen = new Set<string>();
  const pools = REACHES.map((reach) => ({
    reach,
    pool: createScorerPool({ script: SCRIPT, size: scorers, reach }),
    milliseconds: [] as number[],
    peak: 0,
  }));
  try {
    for (const { pool } of pools) await scoreAll({ pool, setting, candidates: [space.start!] });
    for (let generation = 0; scored.length < budget; generation++) {
      const { children } = breed({
        ...{ space, seed, evolution: { ...EVOLUTION, budget }, generation, scored, seen },
        count: Math.min(size, budget - scored.length),
        best: history.best,
        rejection: broken,
      });
      const results: (readonly ScoreResult[])[] = [];
      for (const side of generation % 2 ? pools : pools.toReversed()) {
        const start = performance.now();
        results.push(await scoreAll({ pool: side.pool, setting, candidates: children }));
        side.milliseconds.push((performance.now() - start) / children.length);
        side.peak = Math.max(side.peak, ...side.pool.pids().map(peakResidentBytes));
      }
      if (!isDeepStrictEqual(results[0], results[1])) throw new Error('reuse changed a score');
      for (const [i, child] of children.entries()) {
        seen.add(space.canonicalKey(child));
        scored.push(child);
        history.insert(results[0]![i]!);
      }
    }
  } finally {
    for (const { pool } of pools) await pool.close();
  }
  const filling = Math.ceil(population / size);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const of = (reach: Reach) => pools.find((side) => side.reach === reach)!;
  const ratio = (from: number, to?: number) =>
    mean(of('stem').milliseconds.slice(from, to)) / mean(of('blocks').milliseconds.slice(from, to));
  const ratios = { filling: ratio(0, filling), after: ratio(filling), all: ratio(0) };
  for (const { reach, milliseconds, peak } of pools)
    console.log(
      `  ${reach === 'stem' ? 'each child alone ' : 'with common blocks'}: ${mean(milliseconds.slice(filling)).toFixed(1)} ms a child; a scorer ${(peak / MEGA).toFixed(0)} MB`,
    );
  console.log(
    `  ratio ${ratios.after.toFixed(2)} after the first ${filling * size} children, ${ratios.filling.toFixed(2)} before, ${ratios.all.toFixed(2)} in all; every score the same`,
  );
  return {
    ...setting,
    ratios,
    sides: pools.map(({ reach, milliseconds, peak }) => ({ reach, milliseconds, peak })),
  };
}

function scoreAll({
  pool,
  setting: { batch, resolution, seed },
  candidates,
}: {
  pool: ScorerPool;
  setting: ChildrenSetting;
  candidates: readonly string[];
}): Promise<ScoreResult[]> {
  const fidelity = { batch, resolution, weights: 'shared', features: 'blocks' } as const;
  return Promise.all(
    candidates.map((candidate) => pool.score({ space: SPACE, candidate, seed, fidelity, draws: [0] })),
  );
}
