// In: candidates, a device, a batch and a stack's size. Out: what scoring them in stacks takes: start, runs, eigenvalues, memory.
import { execFileSync } from 'node:child_process';
import { randomDraw } from '../../core/ir/draw.js';
import type { Provider } from '../../engine/batched/device.js';
import type { StackEvent } from '../../engine/batched/scorer-types.js';
import { createStackScorer } from '../../engine/batched/stack-scorer.js';
import { median } from './statistics.js';

export interface StackSetting {
  readonly device: Provider;
  readonly batch: number;
  readonly resolution: number;
  /** Candidates of a stack. */
  readonly size: number;
  readonly draws: number;
  /** Threads of the cpu device, and of the eigenvalues. */
  readonly threads: number;
}

export interface StackMeasurement {
  readonly batch: number;
  readonly size: number;
  readonly stacks: number;
  readonly nodes: number;
  /** Seconds: building the program and opening the session; the first run, which plans the convolutions. */
  readonly openSeconds: number;
  readonly warmUpSeconds: number;
  /** Milliseconds for a candidate under one draw: everything, wall time; the device's runs alone; eigenvalues, summed over threads. */
  readonly whole: number;
  readonly runs: number;
  readonly eigenvalues: number;
  /** Seconds for all candidates and draws, after warm-up. */
  readonly seconds: number;
  readonly medianRun: number;
  readonly fill: { readonly convolutions: number; readonly all: number };
  readonly hostMegabytes: number;
  readonly deviceMegabytes?: number;
  /** Sizes that the device had too little memory for. */
  readonly outOfMemory: readonly number[];
}

/** One stack first, untimed; then all candidates under each draw. */
export async function measureStacks({
  candidates,
  setting,
}: {
  candidates: readonly string[];
  setting: StackSetting;
}): Promise<StackMeasurement> {
  const { draws: count, ...options } = setting;
  const events: StackEvent[] = [];
  const scorer = createStackScorer({ ...options, onEvent: (event) => events.push(event) });
  try {
    const draws = Array.from({ length: count }, (_, draw) => randomDraw({ seed: 1, draw }));
    const { openMilliseconds, runMilliseconds } = await scorer.prepare({ candidates, draw: draws[0]! });
    for (const draw of draws) scorer.prepareDraw(draw);
    const before = scorer.statisticsMilliseconds();
    events.length = 0;
    const start = performance.now();
    for (const draw of draws) await scorer.score({ candidates, draw });
    const wall = performance.now() - start;
    const runs = events.flatMap((event) => (event.type === 'ran' ? event.milliseconds : []));
    const scored = candidates.length * draws.length;
    const { stacks, ...fill } = scorer.fill(candidates);
    const deviceMegabytes = setting.device === 'cuda' ? usedDeviceMegabytes() : undefined;
    return {
      batch: setting.batch,
      size: scorer.size(),
      stacks,
      nodes: scorer.nodes(),
      openSeconds: openMilliseconds / 1000,
      warmUpSeconds: runMilliseconds / 1000,
      whole: wall / scored,
      runs: runs.reduce((sum, time) => sum + time, 0) / scored,
      eigenvalues: (scorer.statisticsMilliseconds() - before) / scored,
      seconds: wall / 1000,
      medianRun: median(runs),
      fill,
      hostMegabytes: process.memoryUsage.rss() / 1e6,
      ...(deviceMegabytes === undefined ? {} : { deviceMegabytes }),
      outOfMemory: scorer.outOfMemory(),
    };
  } finally {
    await scorer.close();
  }
}

/** What the driver says is in use on the first device; ONNX Runtime keeps what a session once took. */
function usedDeviceMegabytes(): number | undefined {
  try {
    const arguments_ = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
    return Number(execFileSync('nvidia-smi', arguments_, { encoding: 'utf8' }).split('\n')[0]);
  } catch {
    return undefined;
  }
}
