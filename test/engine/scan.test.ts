// Tests that networks with consecutive blocks of one program score the same as block by block, in fewer runs.
import { describe, expect, it } from 'vitest';
import { type Draw, randomDraw } from '../../core/ir/draw.js';
import type { Measured } from '../../core/ir/measured.js';
import type { Network } from '../../core/ir/network.js';
import { sample } from '../../core/random/shuffle.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { scoreNetwork } from '../../engine/score.js';
import { counted, withPrograms } from '../support/engine.js';

const SKIPS = '|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|';
const BESIDE_A_SKIP = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|';
const POOLS = '|avg_pool_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|avg_pool_3x3~2|';
const NOTHING = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const CELLS = [
  SKIPS,
  BESIDE_A_SKIP,
  POOLS,
  NOTHING,
  ...sample({ key: { seed: 8, draw: 0, name: 'series' }, count: 4, size: 15_625 }).map(
    nasBench201.enumeration.at,
  ),
];

const network = (candidate: string): Network => nasBench201.network({ candidate, resolution: 32 });

/**
 * The same network in a form in which other candidates could share each leading block, so that no blocks run
 * together.
 */
function blockByBlock({ common: _, ...rest }: Network): Network {
  return rest;
}

async function score(
  network: Network,
  {
    draw = randomDraw({ seed: 6, draw: 0 }),
    features = 'blocks',
    layout = 'blocked',
  }: { draw?: Draw; features?: Measured; layout?: 'plain' | 'blocked' } = {},
) {
  return withPrograms(async (programs) => {
    const counting = counted(programs);
    const tensors = drawTensors({ draw, batch: 4, resolution: 32, blockSize: programs.blockSize });
    const scored = await scoreNetwork({ network, features, draw: tensors, programs: counting.programs });
    return { ...scored, runs: counting.runs(), isBlocked: programs.blockSize > 1 };
  }, layout);
}

describe('the cells of a stage in one run', () => {
  it.each(CELLS)('score the same bits as one by one: %s', async (cell) => {
    for (const features of ['blocks', 'stages'] as const) {
      const { runs, ...together } = await score(network(cell), { features });
      const { runs: more, ...apart } = await score(blockByBlock(network(cell)), { features });
      expect(together).toEqual(apart);
      if (together.isBlocked) expect(runs).toBeLessThan(more);
    }
  });

  it('takes five runs for the 17 blocks of a network', async () => {
    const { runs, isBlocked } = await score(network(CELLS.at(-1)!));
    expect(runs).toBe(isBlocked ? 5 : 17);
    expect(await score(blockByBlock(network(CELLS.at(-1)!)))).toMatchObject({ runs: 17 });
  });

  it('takes at most eight blocks in a run', async () => {
    const whole = network(CELLS.at(-1)!);
    const long = { ...whole, blocks: Array(3).fill(whole.blocks.slice(0, 5)).flat() };
    const { runs, ...together } = await score(long);
    const { runs: more, ...apart } = await score(blockByBlock(long));
    expect([runs, more]).toEqual([together.isBlocked ? 2 : 15, 15]);
    expect(together).toEqual(apart);
  });

  it('finds the cells that pass the signs on, also where weights of zero make them do so', async () => {
    const drawn = randomDraw({ seed: 6, draw: 0 });
    /** The draw without the weights of some blocks. */
    const without = (names: RegExp): Draw => ({
      ...drawn,
      weight: (weight) => (names.test(weight.name) ? drawn.weight(weight).fill(0) : drawn.weight(weight)),
    });
    const passing = async (cell: string, draw: Draw, layout?: 'plain') => {
      const { blocks } = await score(network(cell), { draw, ...(layout ? { layout } : {}) });
      return blocks.flatMap((value, i) => (value === Number.NEGATIVE_INFINITY ? [i] : []));
    };
    const cells = await passing(SKIPS, drawn);
    expect(cells).toHaveLength(15);
    expect(await passing(BESIDE_A_SKIP, drawn)).toEqual([]);
    // Blocks 5 and 11 are the reductions.
    const all = without(/^block(?!5\.|11\.)/);
    expect(await passing(BESIDE_A_SKIP, all)).toEqual(cells);
    const some = without(/^block(2|8|9)\./);
    expect(await passing(BESIDE_A_SKIP, some)).toEqual([2, 8, 9]);
    expect(await passing(BESIDE_A_SKIP, some, 'plain')).toEqual([2, 8, 9]);
  });
});
