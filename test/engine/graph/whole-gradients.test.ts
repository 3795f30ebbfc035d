// Tests the gradients of whole networks against second formulations of the same quantities.
import { expect, test } from 'vitest';
import { gradientsOf } from '../../../core/graph/pullback.js';
import { wholeOfBlocks } from '../../../core/graph/whole/from-blocks.js';
import { WHOLE_GRADIENTS } from '../../../core/graph/whole/gradient-rules.js';
import { writeProgram } from '../../../core/graph/write-program.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { Tape } from '../../../core/ops/tensor/tape.js';
import type { Measurement } from '../../../core/proxies/measurement.js';
import { dot, sum } from '../../../core/proxies/sums.js';
import { openSpace } from '../../../core/spaces/index.js';
import { openWhole } from '../../../engine/graph/measure-whole.js';
import { drawWhole } from '../../../engine/graph/whole-draw.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const CONVOLUTIONS = [
  { x: [3, 4, 7, 6], weight: [5, 4, 1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] },
  { x: [2, 3, 8, 9], weight: [4, 3, 3, 3], pads: [1, 1, 1, 1], dilations: [1, 1] },
  { x: [1, 2, 9, 8], weight: [3, 2, 5, 3], pads: [2, 0, 1, 1], dilations: [1, 2] },
  { x: [2, 2, 10, 10], weight: [3, 2, 3, 5], pads: [2, 4, 2, 4], dilations: [2, 2] },
];

test.each(CONVOLUTIONS)(
  'the gradient of a weight $weight, pads $pads, as one product and as a convolution',
  async ({ x: input, weight, pads, dilations }) => {
    const t = new Tape(TENSOR_RULES);
    const [x, w] = [t.port('x', input), t.port('w', weight)];
    const y = t.add('Conv', [x, w], { strides: [1, 1], dilations, pads, group: 1 });
    const g = t.port('g', t.shape(y));
    const seeds = [{ output: y, v: g }];
    const product = gradientsOf({ tape: t, seeds, to: [w], rules: WHOLE_GRADIENTS }).get(w)!;
    expect(t.get(product).op).toBe('ConvWeightGradient');
    const convolution = gradientsOf({ tape: t, seeds, to: [w] }).get(w)!;
    const outputs = [
      { name: 'product', id: product },
      { name: 'convolution', id: convolution },
    ];
    const { bytes, feeds } = writeProgram({ tape: t, outputs, fed: new Map(), channelBlock: 1 });
    const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled' });
    const draw = randomDraw({ seed: 1, draw: 0 });
    const fed = feeds.map(({ name, id }) => {
      const shape = t.shape(id);
      return [
        name,
        new Tensor('float32', draw.weight({ name, shape, initialization: NORMAL }), shape),
      ] as const;
    });
    const out = await session.run(Object.fromEntries(fed));
    await session.release();
    expect(out.product!.dims).toEqual(weight);
    const [found, expected] = [out.product!.data as Float32Array, out.convolution!.data as Float32Array];
    const largest = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)));
    expect(largest).toBeLessThan(1e-4);
  },
);

const NORMAL = { kind: 'normal', std: 1 } as const;

test('sums over weights are those of the gradients, and the Hessian is symmetric', async () => {
  const candidate = '|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|';
  const { layers } = await measure({
    candidate,
    needs: [
      'weight-gradients',
      'weight-products',
      'hessian-product',
      'weight-curvature',
      'absolute-weights',
      'absolute-products',
    ],
  });
  const total = (of: (layer: Measurement['layers'][number]) => number) =>
    layers.reduce((all, layer) => all + of(layer), 0);
  for (const { weights, gradients, products, flow, flowProducts } of layers) {
    expect(sum(products!)).toBeCloseTo(dot(weights, gradients!), 4);
    expect(sum(flowProducts!) / sum(flow!)).toBeCloseTo(1, 4);
  }
  // W · (H g) = g · (H W)
  const expected = total(({ weights, hessian }) => dot(weights, hessian!));
  expect(Math.abs(expected)).toBeGreaterThan(1);
  expect(total(({ curvature }) => sum(curvature!)) / expected).toBeCloseTo(1, 3);
});

/** The measurement of a candidate of NAS-Bench-201. */
async function measure({
  candidate,
  needs,
}: {
  candidate: string;
  needs: readonly string[];
}): Promise<Measurement> {
  const { network } = openSpace({ kind: 'nas-bench-201' });
  let found: Measurement | undefined;
  const compute = (measurement: Measurement) => {
    found = measurement;
    return 0;
  };
  const opened = await openWhole({
    write: (batch) =>
      wholeOfBlocks({ network: network({ candidate, resolution: 16 }), batch, resolution: 16 }),
    batch: 4,
    costs: { flops: 0, parameters: 0 },
    families: [],
    own: [{ name: 'own-probe', needs, compute }],
    settings: { threads: 1, precision: 'float32' },
  });
  await opened.score(drawWhole({ drawn: randomDraw({ seed: 3, draw: 0 }), file: candidate }));
  await opened.close();
  return found!;
}
