// Measures what an evolution saves by computing leading blocks that children share only once.
import { isDeepStrictEqual } from 'node:util';
import { openSpace } from '../../core/spaces/index.js';
import type { PrefixDepth } from '../../engine/prefix-cache.js';
import type { ScoreResult } from '../../engine/protocol.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { EVOLUTION, evolveAlone, SPACE, scoreAll } from './evolve-alone.js';
import { cpuSeconds, peakResidentBytes } from './machine.js';
import { SCRIPTS } from './pure.js';

const MEGA = 1e6;
const NAMES: Readonly<Record<PrefixDepth, string>> = {
  blocks: 'with common blocks',
  stem: 'each child alone',
};
const DEPTHS = ['blocks', 'stem'] as const;
/**
 * The number of generations until there is a population. Before that, parents are the start or any candidate.
 */
const FILLING = EVOLUTION.population / EVOLUTION.generation;

export interface ChildrenSetting {
  readonly batch: number;
  readonly resolution: number;
  readonly scorers: number;
  /** The total number of children. */
  readonly budget: number;
  readonly seed: number;
}

/** Mean milliseconds per child in one generation: wall time of all scorers together, and processor time. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

/**
 * Two pools of scorers score each generation one after the other; the order alternates. Their results are
 * compared bit by bit. Processor time is the better measure if other processes share the cores.
 */
export async function compareChildren({ budget, seed, scorers, ...fidelity }: ChildrenSetting) {
  const sides = DEPTHS.map((depth) => ({
    depth,
    pool: createScorerPool({ script: SCRIPTS[depth], size: scorers }),
    times: [] as Time[],
    peak: 0,
  }));
  const start = [openSpace(SPACE).start!];
  try {
    for (const { pool } of sides) await scoreAll({ pool, ...fidelity, seed, candidates: start });
    let generation = 0;
    await evolveAlone({
      budget,
      seed,
      score: async (candidates) => {
        const results: ScoreResult[][] = [];
        for (const side of generation++ % 2 ? sides : sides.toReversed()) {
          const { pool } = side;
          const time = stopwatch(pool);
          results.push(await scoreAll({ pool, ...fidelity, seed, candidates }));
          side.times.push(time(candidates.length));
          side.peak = Math.max(side.peak, ...pool.pids().map(peakResidentBytes));
        }
        if (!isDeepStrictEqual(results[0], results[1])) throw new Error('reuse changed a score');
        return results[0]!;
      },
    });
  } finally {
    for (const { pool } of sides) await pool.close();
  }
  const [blocks, stem] = [sides.find(isOf('blocks'))!, sides.find(isOf('stem'))!];
  for (const { depth, times, peak } of [stem, blocks])
    console.log(
      `  ${NAMES[depth].padEnd(18)} ${mean(times.slice(FILLING), 'wall').toFixed(1)} ms a child, ${mean(times.slice(FILLING), 'processor').toFixed(1)} ms of a processor; a scorer ${(peak / MEGA).toFixed(0)} MB`,
    );
  const ratio = (from: number, unit: keyof Time) =>
    mean(stem.times.slice(from), unit) / mean(blocks.times.slice(from), unit);
  const ratios = {
    wall: ratio(FILLING, 'wall'),
    processor: ratio(FILLING, 'processor'),
    withFilling: ratio(0, 'processor'),
  };
  console.log(
    `  ratio ${ratios.wall.toFixed(2)}, of processor time ${ratios.processor.toFixed(2)}; with the first ${EVOLUTION.population} children, who have little in common yet, ${ratios.withFilling.toFixed(2)}; every score the same\n`,
  );
  return { ...fidelity, budget, seed, scorers, ratios, stem: stem.times, blocks: blocks.times };
}

const isOf =
  (wanted: PrefixDepth) =>
  ({ depth }: { readonly depth: PrefixDepth }) =>
    depth === wanted;

function mean(times: readonly Time[], unit: keyof Time): number {
  return times.reduce((sum, time) => sum + time[unit], 0) / times.length;
}

function stopwatch(pool: ScorerPool): (children: number) => Time {
  const readUsedSeconds = () => new Map(pool.pids().map((pid) => [pid, cpuSeconds(pid)]));
  const [start, before] = [performance.now(), readUsedSeconds()];
  return (children) => {
    let processor = 0;
    // The processor time of a scorer that was replaced in the meantime is lost.
    for (const [pid, seconds] of readUsedSeconds()) processor += seconds - (before.get(pid) ?? 0);
    return { wall: (performance.now() - start) / children, processor: (processor * 1000) / children };
  };
}
