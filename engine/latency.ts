// In: a candidate. Out: milliseconds of one image through its whole network, as exported, on this machine, and how they spread.

import type { Measurement } from '../core/contract/latency.js';
import { IMAGES, modelLayers } from '../core/export/layers.js';
import { onnxModel } from '../core/export/onnx-model.js';
import { randomDraw } from '../core/ir/draw.js';
import { openSpace } from '../core/spaces/index.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import type { ScoreRequest } from './protocol.js';

const WARM_UP = 3;
/** Runs: at least so many, and more while all together have taken less than the time. */
const RUNS = { least: 9, most: 101, milliseconds: 200 } as const;

/** What ONNX Runtime takes to hand a run to another thread and back, in which no processor is used: much of a tiny network's time. */
const HANDOVER_MS = 0.05;

/** Median and quartiles of repeated runs, weights drawn with the seed, one thread; of `fidelity` the batch and the resolution count. */
export async function measureLatency({
  space,
  candidate,
  seed,
  fidelity,
}: ScoreRequest): Promise<Measurement> {
  const { batch, resolution } = fidelity;
  const draw = randomDraw({ seed, draw: 0 });
  const network = openSpace(space).network({ candidate, resolution });
  const model = onnxModel({ layers: modelLayers({ network, resolution }), draw, resolution });
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const shape = [batch, network.inputChannels ?? 3, resolution, resolution];
    const feeds = { [IMAGES]: new Tensor('float32', draw.input(shape), shape) };
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
      latency: rounded(times[times.length >> 1]!),
      low: rounded(quantile(0.25)),
      high: rounded(quantile(0.75)),
      runs: times.length,
      cpu: rounded(Math.min(1, ((user + system) / 1000 + times.length * HANDOVER_MS) / wall)),
    };
  } finally {
    await session.release();
  }
}

/** Nanoseconds: differences of floats have digits beyond the clock's. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e6;
}
