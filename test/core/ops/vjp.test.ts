// Tests the vector-Jacobian product of every operation, and of whole blocks, against numerical directional
// derivatives.
import { describe, expect, it } from 'vitest';
import { operation, operations } from '../../../core/ops/operations.js';
import {
  blockFeeds,
  count,
  dot,
  type OpenBlock,
  openBlock,
  openForward,
  openOperation,
  randomNormal,
  randomSigns,
  sizes,
  tensor,
} from '../../support/programs.js';
import { combinedBlocks, operationBlocks, stemBlocks, type TestBlock } from './blocks.js';

const BATCH = 2;
/** The step of the central difference; rounding changes the difference by about 1e-7 / STEP. */
const STEP = 4e-3;
/**
 * The largest error relative to the gradient's norm, which is the scale of its inner product with a
 * direction.
 */
const TOLERANCE = 1e-3;
const TRIALS = 3;
const MOST_SEEDS = 200;

describe('vector-Jacobian products', () => {
  it.each(Object.keys(operations))('%s', async (name) => {
    if (Object.hasOwn(stemBlocks, name)) {
      const test = stemBlocks[name as keyof typeof stemBlocks];
      const open = await openOperation(test);
      expect(await worstError({ open, test })).toBeLessThan(TOLERANCE);
      return open.close();
    }
    const blocks = operationBlocks[name as keyof typeof operationBlocks];
    expect(blocks?.length, `operation "${name}" has no block in test/core/ops/blocks.ts`).toBeGreaterThan(0);
    for (const block of blocks) await expectVjp(block);
  });

  it.each(combinedBlocks)('$name', expectVjp);

  it('a wrong one does not pass', async () => {
    const open = await openBlock(operationBlocks.conv[5]!);
    const wrong: OpenBlock = {
      ...open,
      run: async (args) => {
        const out = await open.run(args);
        // Zeroes the input's last row, as a transposed convolution without output padding would.
        if ('g' in out) (out.g as Float32Array).fill(0, -4);
        return out;
      },
    };
    expect(await worstError({ open: wrong, test: operationBlocks.conv[5]! })).toBeGreaterThan(10 * TOLERANCE);
    await open.close();
  });

  it('an operation without a row throws and names it', () => {
    expect(() => operation('convolve')).toThrow(/"convolve" has no row in core\/ops\/operations\.ts/);
    const [test] = operationBlocks.relu;
    const instructions = [{ operation: 'softsign' as 'relu', inputs: [0], settings: {}, slot: '' }];
    return expect(openBlock({ ...test!, block: { ...test!.block, instructions } })).rejects.toThrow(
      /"softsign"/,
    );
  });
});

async function expectVjp(test: TestBlock): Promise<void> {
  const open = await openBlock(test);
  expect(await worstError({ open, test }), test.name).toBeLessThan(TOLERANCE);
  await open.close();
}

/**
 * The largest difference between <g, u> and <v, (f(x + hu) - f(x - hu)) / 2h> over random x, u, v and
 * weights.
 */
async function worstError({ open, test }: { open: OpenBlock; test: TestBlock }): Promise<number> {
  const { block, input } = test;
  const dims = sizes({ block, input, batch: BATCH });
  const kinks = await openKinks(test);
  let worst = 0;
  let trials = 0;
  for (let seed = 0; trials < TRIALS; seed++) {
    if (seed === MOST_SEEDS) throw new Error(`${test.name}: every x lies at a kink of a ReLU`);
    const fixed = blockFeeds({ block, dims: dims.y, seed });
    const x = randomNormal('x', seed, count(dims.x));
    const u = randomSigns('u', seed, x.length);
    const at = (step: number) => ({
      ...fixed,
      x: tensor(
        x.map((value, i) => value + step * u[i]!),
        dims.x,
      ),
    });
    if (!(await isSmooth(kinks, [at(-2 * STEP), at(0), at(2 * STEP)]))) continue;
    trials++;
    const along = async (step: number) => {
      const y = await open.run({ feeds: at(step), outputs: ['y'] });
      return dot(fixed.v!.data as Float32Array, y.y);
    };
    const slope = async (step: number) => ((await along(step)) - (await along(-step))) / (2 * step);
    // Richardson extrapolation leaves a truncation error of fourth order.
    const numerical = (4 * (await slope(STEP)) - (await slope(2 * STEP))) / 3;
    const { g } = await open.run({ feeds: at(0), outputs: ['g'] });
    expect(g).toHaveLength(x.length);
    worst = Math.max(worst, Math.abs(dot(g, u) - numerical) / Math.max(Math.sqrt(dot(g, g)), 1e-3));
  }
  for (const kink of kinks) await kink.close();
  return worst;
}

/** For each ReLU, the block up to and including it. */
function openKinks({ block, input }: TestBlock): Promise<OpenBlock[]> {
  const ends = block.instructions.flatMap(({ operation: name }, i) => (name === 'relu' ? [i + 1] : []));
  return Promise.all(
    ends.map((end) => {
      const instructions = block.instructions.slice(0, end);
      const slots = new Set(instructions.map(({ slot }) => slot));
      const weights = Object.fromEntries(Object.entries(block.weights).filter(([slot]) => slots.has(slot)));
      return openForward({ block: { ...block, instructions, weights }, input });
    }),
  );
}

/** Whether every ReLU passes the same elements at all these points. */
async function isSmooth(
  kinks: readonly OpenBlock[],
  points: readonly ReturnType<typeof blockFeeds>[],
): Promise<boolean> {
  for (const kink of kinks) {
    const passed = await Promise.all(
      points.map(async (feeds) => (await kink.run({ feeds, outputs: ['y'] })).y.map(Math.sign).join()),
    );
    if (new Set(passed).size > 1) return false;
  }
  return true;
}
