// Measures how long one image takes through a candidate's whole exported network on this machine, with
// quartiles.

import { CandidateError } from '../core/candidate-error.js';
import type { Measurement } from '../core/contract/latency.js';
import { type CandidateFiles, candidateFiles } from '../core/export/candidate-files.js';
import { type Draw, randomDraw } from '../core/ir/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import type { ScoreRequest } from './protocol.js';

const WARM_UP = 3;
/**
 * The number of measured runs: at least `least`, and at most `most` as long as they have taken less than
 * `milliseconds` together.
 */
const RUNS = { least: 9, most: 101, milliseconds: 200 } as const;

/**
 * The time that ONNX Runtime needs to hand a run to another thread and back, without using a processor. For a
 * tiny network this is much of the latency.
 */
const HANDOVER_MS = 0.05;

/**
 * Median and quartiles of repeated runs on one thread, with weights drawn from the seed. Of `fidelity`, only
 * batch and resolution matter.
 */
export async function measureLatency({
  space,
  candidate,
  seed,
  fidelity,
  structure,
}: ScoreRequest): Promise<Measurement> {
  const { batch, resolution } = fidelity;
  const draw = randomDraw({ seed, draw: 0 });
  const files = candidateFiles({ space: openSpace(space), candidate, resolution, structure });
  if (files.batch !== undefined && files.batch !== batch)
    throw new CandidateError({
      reason: 'invalid',
      detail: `${candidate} was exported for a batch of ${files.batch}, so one image cannot be measured; export it with a free batch`,
    });
  const session = await InferenceSession.create(files.onnx(draw), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const feeds = feedsOf(files, { batch, draw });
    const run = async (): Promise<number> => {
      const start = performance.now();
      await session.run(feeds);
      return performance.now() - start;
    };
    for (let i = 0; i < WARM_UP; i++) await run();
    const times: number[] = [];
    const before = process.cpuUsage();
    const start = performance.now();
    for (
      let total = 0;
      times.length < RUNS.least || (total < RUNS.milliseconds && times.length < RUNS.most);
    ) {
      const time = await run();
      times.push(time);
      total += time;
    }
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    times.sort((a, b) => a - b);
    const quantile = (share: number) => times[Math.floor(share * (times.length - 1) + 0.5)]!;
    return {
      latency: round(quantile(0.5)),
      low: round(quantile(0.25)),
      high: round(quantile(0.75)),
      runs: times.length,
      cpu: round(Math.min(1, ((user + system) / 1000 + times.length * HANDOVER_MS) / wall)),
    };
  } finally {
    await session.release();
  }
}

/** Random numbers for every input. */
function feedsOf(
  { inputs }: Pick<CandidateFiles, 'inputs'>,
  { batch, draw }: { readonly batch: number; readonly draw: Draw },
): Readonly<Record<string, Tensor>> {
  const feeds = inputs.map(({ name, shape }) => {
    const dims = [batch, ...shape];
    return [name, new Tensor('float32', draw.input(dims), dims)];
  });
  return Object.fromEntries(feeds);
}

/** Rounds to nanoseconds, the resolution of the clock. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e6;
}
