// Tests that WebGPU, with any adapter, gives the CPU's scores, and refuses programs that it cannot run as a
// whole.
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../core/errors.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { sample } from '../../../core/random/shuffle.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { createBatchedScorer } from '../../../engine/batched/batched-scorer.js';
import { openOnDevice, type Provider } from '../../../engine/batched/device.js';
import { createStatisticsPool } from '../../../engine/batched/statistics-pool.js';
import { verifyDevice } from '../../../engine/batched/verify-device.js';
import { largestDeviation } from '../../support/engine.js';
import { hasNoAdapter } from '../../support/webgpu.js';

describe.skipIf(hasNoAdapter())('webgpu', () => {
  it('runs every node of a small supernet', async () => {
    expect((await verifyDevice({ device: 'webgpu' })).nodes).toBeGreaterThan(500);
  });

  it('is refused for a program with a node that it lacks', async () => {
    const g = new GraphBuilder();
    const value = g.add('SpaceToDepth', ['x'], { blocksize: 2 });
    const program = g.build({
      name: 'p',
      inputs: [{ name: 'x', dims: [1, 1, 2, 2] }],
      outputs: [{ name: 'y', dims: [1, 4, 1, 1], value }],
    });
    const failure = await openOnDevice({ program, device: 'webgpu' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeviceError);
    expect((failure as DeviceError).message).toMatch(/^device webgpu: some nodes .* would run on the CPU/);
  });

  it('scores as the CPU does, reductions and all', { timeout: 300_000 }, async () => {
    const candidates = sample({ key: { seed: 2, draw: 0, name: 'webgpu' }, count: 8, size: 15_625 }).map(
      nasBench201.enumeration.at,
    );
    const draw = randomDraw({ seed: 1, draw: 0 });
    const scoreOn = async (device: Provider) => {
      const fidelity = { batch: 2, resolution: 16, features: 'stages' } as const;
      const statistics = createStatisticsPool({ threads: 0 });
      const scorer = createBatchedScorer({ fidelity, size: 8, statistics, device, threads: 2 });
      try {
        return await scorer.score({ candidates, draw });
      } finally {
        await scorer.close();
      }
    };
    const [gpu, cpu] = [await scoreOn('webgpu'), await scoreOn('cpu')];
    for (const [i, score] of gpu.entries()) {
      expect(largestDeviation(score.features, cpu[i]!.features)).toBeLessThan(1e-4);
      expect(largestDeviation(score.blocks, cpu[i]!.blocks)).toBeLessThan(3e-2);
    }
    const last = (scores: typeof gpu) => scores.map(({ features }) => features.at(-1)!);
    expect(kendall(last(gpu), last(cpu))).toBeGreaterThan(0.99);
  });
});
