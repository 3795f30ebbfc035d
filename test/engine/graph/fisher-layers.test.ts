// Tests derivatives with respect to the first weight of a layer against whole gradients, for layers whose first
// weight multiplies padding, whose output is larger than their input, whose weight is on the left, and that are applied twice.
import { expect, test } from 'vitest';
import { gradientsOf } from '../../../core/graph/pullback.js';
import { FISHER, fisherProgram } from '../../../core/graph/whole/fisher-program.js';
import { anatomyOf } from '../../../core/graph/whole/layers.js';
import { writeProgram } from '../../../core/graph/write-program.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { type Id, Tape } from '../../../core/ops/tensor/tape.js';
import { normal } from '../../../core/random/random.js';
import { openPlain } from '../../../engine/batched/device.js';
import { Tensor } from '../../../engine/onnx-runtime.js';

const [IMAGES, CLASSES] = [2, 3];
const WEIGHTS = [
  [4, 3, 1, 1],
  [4, 5, 2, 2],
  [6, 5],
  [6, 6],
  [6, CLASSES],
];

function createNetwork() {
  const t = new Tape(TENSOR_RULES);
  const input = t.port('x', [IMAGES, 3, 4, 4]);
  const weights = WEIGHTS.map((shape, i) => t.port(`w${i}`, shape)) as [Id, Id, Id, Id, Id];
  const window = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], group: 1 };
  const wide = t.add('Conv', [input, weights[0]], window);
  const larger = t.add('ConvTranspose', [wide, weights[1]], {
    ...window,
    strides: [2, 2],
    output: [11, 10],
  });
  const rows = t.reshape(larger, [IMAGES, 5, 110]);
  const mixed = t.add('MatMul', [weights[2], t.add('Relu', [rows])]);
  const mean = t.reshape(t.reduce('ReduceMean', mixed, [2]), [IMAGES, 6]);
  // A step of a recurrent layer, twice.
  const once = t.add('Tanh', [t.add('MatMul', [mean, weights[3]])]);
  const twice = t.add('Tanh', [t.add('MatMul', [once, weights[3]])]);
  const logits = t.add('MatMul', [twice, weights[4]]);
  const fed = weights.map((id, i) => ({
    id,
    shape: WEIGHTS[i]!,
    from: { name: `w${i}`, read: () => undefined },
    role: 'weight' as const,
  }));
  return { t, weights, network: { tape: t, input, logits, lastFeature: larger, fed } };
}

async function run(bytes: Uint8Array, shapes: Readonly<Record<string, readonly number[]>>) {
  const session = await openPlain({ program: bytes, device: 'cpu', threads: 1, optimization: 'disabled' });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce((a, b) => a * b);
      return [
        name,
        new Tensor('float32', normal({ key: { seed: 1, draw: 0, name }, length, std: 1 }), shape),
      ];
    }),
  );
  const out = await session.run(feeds);
  await session.release();
  return (name: string) => out[name]!.data as Float32Array;
}

test('the first element of every weight', async () => {
  const { t, weights, network } = createNetwork();
  const cotangents = [IMAGES, CLASSES];
  const all = {
    x: t.shape(network.input),
    ...Object.fromEntries(WEIGHTS.map((shape, i) => [`w${i}`, shape])),
    [FISHER.cotangents]: cotangents,
  };
  const anatomy = anatomyOf(network);
  expect(anatomy.layers.map(({ weight }) => weight)).toEqual(weights);
  expect(anatomy.layers.map(({ earlier }) => earlier.length)).toEqual([0, 0, 0, 1, 0]);
  expect(anatomy.outputs).toBe(4 * 6 * 6 + 5 * 11 * 10 + 6 * 110 + 6 + 6 + CLASSES);
  const program = fisherProgram({ network, anatomy });
  const found = await run(program.bytes, all);

  const other = createNetwork();
  const v = other.t.port(FISHER.cotangents, cotangents);
  const seeds = [{ output: other.network.logits, v }];
  const gradients = gradientsOf({ tape: other.t, seeds, to: [...other.weights] });
  const outputs = other.weights.map((id, i) => ({ name: `g${i}`, id: gradients.get(id)! }));
  const { bytes } = writeProgram({ tape: other.t, outputs, fed: new Map(), channelBlock: 1 });
  const expected = await run(bytes, all);
  for (const i of weights.keys()) {
    const byImage = [...found(`${FISHER.derivative}${i}`)];
    expect(byImage).toHaveLength(IMAGES);
    expect(Math.abs(byImage[0]!)).toBeGreaterThan(1e-4);
    expect(byImage.reduce((a, b) => a + b)).toBeCloseTo(expected(`g${i}`)[0]!, 3);
  }
});
