// Measures the time of scoring with a batched supernet: opening it, its runs, eigenvalues; and memory.
import { execFileSync } from 'node:child_process';
import { randomDraw } from '../../core/ir/draw.js';
import { fillOf, splitIntoRuns } from '../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import { createBatchedScorer } from '../../engine/batched/batched-scorer.js';
import type { Provider } from '../../engine/batched/device.js';
import { createSupernetCandidate } from '../../engine/batched/nas-bench-201.js';
import type { BatchedScorerOptions } from '../../engine/batched/scorer-types.js';
import { createStatisticsPool } from '../../engine/batched/statistics-pool.js';
import { median } from './statistics.js';
import { timeSupernets } from './timed-supernet.js';

export interface SupernetSetting {
  readonly device: Provider;
  readonly batch: number;
  readonly resolution: number;
  /** The most candidates in a run. */
  readonly size: number;
  readonly draws: number;
  /** The number of threads of the cpu device, and for the eigenvalues. */
  readonly threads: number;
}

/** The options of a scorer with this setting. */
export function scorerOptions({
  device,
  threads,
  batch,
  resolution,
  size,
}: SupernetSetting): BatchedScorerOptions {
  return { device, threads, fidelity: { batch, resolution }, size };
}

export interface SupernetMeasurement {
  readonly batch: number;
  readonly size: number;
  /** The number of runs for all candidates under one draw. */
  readonly runsOfDraw: number;
  readonly nodes: number;
  /**
   * Seconds for building the program and opening the session, and for the first run, which plans the
   * convolutions.
   */
  readonly openSeconds: number;
  readonly warmUpSeconds: number;
  /**
   * Milliseconds per candidate and draw: total wall time; the device's runs alone; eigenvalues, summed over
   * threads.
   */
  readonly whole: number;
  readonly runs: number;
  readonly eigenvalues: number;
  /** Seconds for all candidates and draws, after warm-up. */
  readonly seconds: number;
  readonly medianRun: number;
  readonly fill: { readonly convolutions: number; readonly all: number };
  readonly hostMegabytes: number;
  readonly deviceMegabytes?: number;
  /** Sizes for which the device had too little memory. */
  readonly outOfMemory: readonly number[];
}

/**
 * The first run is not timed, because it plans the convolutions on a GPU. Then all candidates run under each
 * draw.
 */
export async function measureSupernet({
  candidates,
  setting,
}: {
  readonly candidates: readonly string[];
  readonly setting: SupernetSetting;
}): Promise<SupernetMeasurement> {
  const { draws: count } = setting;
  const times = timeSupernets();
  const statistics = createStatisticsPool();
  const scorer = createBatchedScorer({ ...scorerOptions(setting), statistics, open: times.open });
  try {
    const draws = Array.from({ length: count }, (_, draw) => randomDraw({ seed: 1, draw }));
    for (const draw of draws) await scorer.score({ candidates: candidates.slice(0, setting.size), draw });
    const [firstRun] = times.runs;
    const before = statistics.busyMilliseconds();
    times.clear();
    const start = performance.now();
    for (const draw of draws) await scorer.score({ candidates, draw });
    const wall = performance.now() - start;
    const scored = candidates.length * draws.length;
    const { shape, nodes, milliseconds: opened } = times.last();
    const cells = candidates.map((candidate) => createSupernetCandidate(candidate).cell);
    const runs = splitIntoRuns({ cells, ...shape });
    const deviceMegabytes = setting.device === 'cuda' ? usedDeviceMegabytes() : undefined;
    return {
      batch: setting.batch,
      size: shape.size,
      runsOfDraw: runs.length,
      nodes,
      openSeconds: opened / 1000,
      warmUpSeconds: firstRun! / 1000,
      whole: wall / scored,
      runs: times.runs.reduce((sum, time) => sum + time, 0) / scored,
      eigenvalues: (statistics.busyMilliseconds() - before) / scored,
      seconds: wall / 1000,
      medianRun: median(times.runs),
      fill: fillOf({ cells, runs, capacities: shape.capacities }),
      hostMegabytes: process.memoryUsage.rss() / 1e6,
      ...(deviceMegabytes === undefined ? {} : { deviceMegabytes }),
      outOfMemory: times.tooLarge,
    };
  } finally {
    await scorer.close();
  }
}

/**
 * The memory in use on the first device according to the driver. ONNX Runtime does not return memory of a
 * session.
 */
function usedDeviceMegabytes(): number | undefined {
  try {
    const arguments_ = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
    return Number(execFileSync('nvidia-smi', arguments_, { encoding: 'utf8' }).split('\n')[0]);
  } catch {
    return undefined;
  }
}
