// Tests the sums of gradients times probes over maps that shrink, against sums in plain loops: for narrow rows,
// whose phases are separated by a product, and for wide ones, which are sliced.
import { expect, it } from 'vitest';
import type { Feature } from '../../../core/graph/features.js';
import { jacobianForm, shrinkage } from '../../../core/graph/statistics.js';
import { writeProgram } from '../../../core/graph/write-program.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { Tape } from '../../../core/ops/tensor/tape.js';
import { normal } from '../../../core/random/random.js';
import { openPlain } from '../../../engine/batched/device.js';
import { Tensor } from '../../../engine/onnx-runtime.js';

const [BATCH, CHANNELS, OUT] = [2, 3, 4];

/** jac[c s s + i s + j, o], the sum over images and positions of g[b, c, s y + i, s x + j] v[b, o, y, x]. */
function inLoops(g: Float32Array, v: Float32Array, sides: { width: number; to: number; s: number }) {
  const { width, to, s } = sides;
  const jac = new Float64Array(CHANNELS * s * s * OUT);
  for (let b = 0; b < BATCH; b++)
    for (let c = 0; c < CHANNELS; c++)
      for (let row = 0; row < width; row++)
        for (let column = 0; column < width; column++)
          for (let o = 0; o < OUT; o++) {
            const at = ((c * s + (row % s)) * s + (column % s)) * OUT + o;
            const probe = v[((b * OUT + o) * to + Math.floor(row / s)) * to + Math.floor(column / s)]!;
            jac[at]! += g[((b * CHANNELS + c) * width + row) * width + column]! * probe;
          }
  return jac;
}

it.each([
  [8, 4],
  [64, 32],
  [66, 33],
  [99, 33],
  [131, 66],
])('rows of %i to %i', async (width, to) => {
  const t = new Tape(TENSOR_RULES);
  const feature = (name: string, shape: readonly number[]): Feature => ({
    id: t.port(name, shape),
    name,
    shape,
    positions: shape.slice(2),
    channelAxis: 1,
    imageAxis: 0,
  });
  const from = feature('g', [BATCH, CHANNELS, width, width]);
  const after = feature('v', [BATCH, OUT, to, to]);
  const factors = shrinkage(from, after)!;
  const form = jacobianForm({ t, g: from.id, v: after.id, from, to: after, factors });
  const { bytes } = writeProgram({
    tape: t,
    outputs: [{ name: 'jac', id: form.matrix }],
    fed: new Map(),
    channelBlock: 1,
  });
  const session = await openPlain({ program: bytes, device: 'cpu', threads: 1, optimization: 'disabled' });
  const random = (name: string, dims: readonly number[]) =>
    normal({ key: { seed: 1, draw: 0, name }, length: dims.reduce((a, b) => a * b), std: 1 });
  const [g, v] = [random('g', from.shape), random('v', after.shape)];
  const out = await session.run({
    g: new Tensor('float32', g, from.shape),
    v: new Tensor('float32', v, after.shape),
  });
  await session.release();
  expect(form.kind).toBe('matrix');
  const jac = out.jac!.data as Float32Array;
  const wanted = inLoops(g, v, { width, to, s: factors[0]! });
  expect(jac).toHaveLength(wanted.length);
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - jac[i]!)))).toBeLessThan(
    1e-5 * Math.max(...wanted.map(Math.abs)),
  );
});
