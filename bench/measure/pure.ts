// Measures milliseconds per candidate of scoring alone: scorer processes without servers.
import { fileURLToPath } from 'node:url';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { PrefixDepth } from '../../engine/prefix-cache.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { peakResidentBytes } from './machine.js';

/**
 * Scorer processes by the states that they cache between candidates; the production scorer caches all blocks.
 */
export const SCRIPTS: Readonly<Record<PrefixDepth, string>> = {
  blocks: fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url)),
  stem: fileURLToPath(new URL('./stem-only-scorer.js', import.meta.url)),
};
/**
 * The number of candidates that each scorer scores first: enough to need nearly all weights of a draw and to
 * have the code compiled.
 */
const WARM_UP = 16;
const WARM_SEED = 1;

export interface Setting {
  readonly space: SpaceSpecification;
  readonly resolution: number;
  readonly batch: number;
  readonly scorers: number;
  readonly threads: number;
  /** The states that scorers cache between candidates; by default those after all blocks. */
  readonly prefixes?: PrefixDepth;
  /** Whether weights, probes and images are drawn once for all candidates or for each of them. */
  readonly weights: ScoreRequest['fidelity']['weights'];
}

export interface PureScoring {
  /** Milliseconds of wall time per candidate; with a new seed, this includes drawing its tensors. */
  measure(candidates: readonly string[], seed?: number): Promise<number>;
  peakResidentBytes(): number;
  close(): Promise<void>;
}

/** Starts scorers and warms them up: tensors of a draw are created, and shared programs are compiled. */
async function startPureScoring({
  setting: { space, resolution, batch, scorers, threads, prefixes = 'blocks', weights },
  candidates,
}: {
  readonly setting: Setting;
  readonly candidates: readonly string[];
}): Promise<PureScoring> {
  const pool = createScorerPool({ script: SCRIPTS[prefixes], size: scorers, scorer: { threads } });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, ...pool.pids().map(peakResidentBytes));
  }, 200);
  const score = (candidate: string, seed: number) =>
    pool.score({
      space,
      candidate,
      seed,
      fidelity: { batch, resolution, weights, features: 'blocks' },
      draws: [0],
    });
  await Promise.all(candidates.slice(0, WARM_UP * scorers).map((candidate) => score(candidate, WARM_SEED)));
  return {
    measure: async (list, seed = WARM_SEED) => {
      const start = performance.now();
      await Promise.all(list.map((candidate) => score(candidate, seed)));
      return (performance.now() - start) / list.length;
    },
    peakResidentBytes: () => Math.max(peak, ...pool.pids().map(peakResidentBytes)),
    close: async () => {
      clearInterval(watch);
      await pool.close();
    },
  };
}

export async function withScoring<T>(
  setting: Setting,
  candidates: readonly string[],
  use: (scoring: PureScoring) => Promise<T>,
): Promise<T> {
  const scoring = await startPureScoring({ setting, candidates });
  try {
    return await use(scoring);
  } finally {
    await scoring.close();
  }
}
