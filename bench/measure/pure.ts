// In: candidates and a setting. Out: milliseconds a candidate of the scoring alone: scorer processes, no servers.
import { fileURLToPath } from 'node:url';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { peakResidentBytes } from './machine.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
const WARM_UP = 4;

export interface Setting {
  readonly batch: number;
  readonly scorers: number;
  readonly threads: number;
}

export interface PureScoring {
  /** Wall time over candidates, in milliseconds. */
  measure(candidates: readonly string[]): Promise<number>;
  peakResidentBytes(): number;
  close(): Promise<void>;
}

/** Scorers that are warm: a draw's tensors are made, and the shared programs are there. */
export async function startPureScoring({
  setting: { batch, scorers, threads },
  candidates,
}: {
  setting: Setting;
  candidates: readonly string[];
}): Promise<PureScoring> {
  const pool = createScorerPool({ script: SCRIPT, size: scorers, threads });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, ...pool.pids().map(peakResidentBytes));
  }, 200);
  const score = (candidate: string) =>
    pool.score({
      space: { kind: 'nas-bench-201' },
      candidate,
      seed: 1,
      fidelity: { batch, resolution: 32, weights: 'shared' },
      draws: [0],
    });
  await Promise.all(candidates.slice(0, WARM_UP * scorers).map(score));
  return {
    measure: async (list) => {
      const start = performance.now();
      await Promise.all(list.map(score));
      return (performance.now() - start) / list.length;
    },
    peakResidentBytes: () => Math.max(peak, ...pool.pids().map(peakResidentBytes)),
    close: async () => {
      clearInterval(watch);
      await pool.close();
    },
  };
}
