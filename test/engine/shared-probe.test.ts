// Tests that scores agree whether the probe is shared by all candidates or belongs to one, in which case
// programs compute its means.
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../core/ir/draw.js';
import { PROBE_INPUTS } from '../../core/lowering/nchwc/probe-inputs.js';
import { perBlock } from '../../core/lowering/scan.js';
import { sample } from '../../core/random/shuffle.js';
import { openSpace } from '../../core/spaces/index.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import type { Programs } from '../../engine/programs.js';
import { scoreNetwork } from '../../engine/score.js';
import { largestDeviation, withPrograms } from '../support/engine.js';

const draw = randomDraw({ seed: 5, draw: 0 });
const RESOLUTION = 32;

async function bothWays(space: Parameters<typeof openSpace>[0], candidate: string, programs: Programs) {
  const network = openSpace(space).network({ candidate, resolution: RESOLUTION });
  const score = (serves: 'all' | 'one') => {
    const tensors = drawTensors({
      draw,
      batch: 4,
      resolution: RESOLUTION,
      blockSize: programs.blockSize,
      serves,
    });
    return scoreNetwork({ network, draw: tensors, programs });
  };
  return [await score('all'), await score('one')] as const;
}

/** Records which precomputed probe inputs the programs read. */
function watched(programs: Programs, read: Set<string>): Programs {
  return {
    ...programs,
    block: async (args) => {
      const opened = await programs.block(args);
      for (const name of Object.values(PROBE_INPUTS))
        if ([name, perBlock(name)].some((input) => opened.session.inputNames.includes(input))) read.add(name);
      return opened;
    },
  };
}

describe('what the signs of many candidates give is worked out once', () => {
  const cells = [
    // A cell with only pools on the edges to the output.
    '|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|',
    // A cell with convolutions and a pool.
    '|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|',
    ...sample({ key: { seed: 4, draw: 0, name: 'kept' }, count: 4, size: 15_625 }).map(
      nasBench201.enumeration.at,
    ),
  ];
  const deep =
    'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,2)SuperResIDWE4K5(16,24,1,8,1)SuperConvK1BNRELU(24,512,1,1)';
  const cases = [...cells.map((cell) => ['nas-bench-201', cell] as const), ['mobilenet-v2', deep] as const];
  it.each(cases)('%s: %s', async (kind, candidate) => {
    await withPrograms(async (programs) => {
      const read = new Set<string>();
      const space = { kind } as Parameters<typeof openSpace>[0];
      const [kept, drawn] = await bothWays(space, candidate, watched(programs, read));
      if (candidate === cells[1]) expect([...read].sort()).toEqual(Object.values(PROBE_INPUTS).sort());
      expect(kept.features).toEqual(drawn.features);
      expect(largestDeviation(kept.blocks as number[], drawn.blocks as number[])).toBeLessThan(1e-3);
    });
  });
});
