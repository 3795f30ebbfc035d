// Tests which primitives of known blocks remain after the passes.
import { describe, expect, it } from 'vitest';
import { BlockBuilder } from '../../../core/ir/block.js';
import type { MapShape } from '../../../core/ir/shape.js';
import { blockOutputs } from '../../../core/lowering/block-outputs.js';
import { runPasses } from '../../../core/lowering/lower.js';
import { readProbeInputs } from '../../../core/lowering/nchwc/probe-inputs.js';
import { liveValues } from '../../../core/lowering/passes/rewrite.js';
import { schedule } from '../../../core/lowering/schedule.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import type { Value } from '../../../core/ops/tape.js';

const INPUT: MapShape = [4, 6, 6];

/** ReLU, convolution, normalization, and a sum with the input, followed by a ReLU. */
function residual() {
  const b = new BlockBuilder({ name: 'test' });
  const weight = { slot: 'a', name: 'a', shape: [4, 4, 3, 3] };
  const made = b.add('conv', [b.add('relu', [0])], { kernel: 3, stride: 1 }, weight);
  b.add('relu', [b.add('sum', [b.add('batchNorm', [made]), 0])]);
  return b.build();
}

function fused({ passes = [] }: Partial<Parameters<typeof runPasses>[1]> = {}, block = residual()) {
  const shapes = blockShapes({ block, input: INPUT });
  const outputs = blockOutputs({ block, shapes, stride: 1, spectrum: 'covariance', withGradient: true });
  return runPasses({ ...outputs }, { passes });
}

const named = (values: readonly Value[], primitive: string) =>
  values.filter((value) => value.primitive === primitive);

describe('passes', () => {
  it('make one affine map of normalization, sum and ReLU, and one of its gradient', () => {
    const values = liveValues(fused());
    expect([...named(values, 'mulByChannel'), ...named(values, 'subByChannel')]).toEqual([]);
    // The only remaining sum adds two gradients that masks computed.
    const terms = named(values, 'Sum').map(({ inputs }) => inputs.map((term) => term!.primitive));
    expect(terms).toEqual([['Mul', 'Mul']]);
    const [forward, gradient, ...others] = named(values, 'affine');
    expect(others).toEqual([]);
    const [x, , , addend] = forward!.inputs;
    expect([x!.primitive, addend!.primitive, forward!.attributes]).toEqual([
      'conv',
      'input',
      { activation: 'Relu' },
    ]);
    // The gradient is computed from the input of the normalization.
    expect(gradient!.inputs[3]).toBe(x);
  });

  it('fold the factor of a normalized gradient into the weight, and a sum of gradients into the convolution', () => {
    const [product, ...others] = named(liveValues(fused()), 'convInputGradient');
    expect(others).toEqual([]);
    const [dy, weight, factor, addend] = product!.inputs;
    expect([dy!.primitive, weight!.primitive, factor!.primitive, addend]).toEqual([
      'affine',
      'weight',
      'Mul',
      undefined,
    ]);
  });

  it('add a gradient to the one before as it is made', () => {
    const b = new BlockBuilder({ name: 'test' });
    const weight = (slot: string) => ({ slot, name: slot, shape: [4, 4, 1, 1] });
    const branches = ['a', 'b'].map((slot) => b.add('conv', [0], { kernel: 1, stride: 1 }, weight(slot)));
    b.add('sum', branches);
    const values = liveValues(fused({}, b.build()));
    const products = named(values, 'convInputGradient');
    expect(products.map(({ inputs }) => inputs[3])).toContain(products[0]);
    expect(named(values, 'Sum')).toHaveLength(1);
  });

  it('read the mean and the pooling of a shared probe from inputs', () => {
    const b = new BlockBuilder({ name: 'test' });
    b.add('sum', [b.add('batchNorm', [0]), b.add('averagePool', [0], { kernel: 3, stride: 1 })]);
    const block = b.build();
    const inputs = (outputs: ReturnType<typeof fused>) =>
      named(liveValues(outputs), 'input').map(({ attributes }) => attributes.name);
    expect(inputs(fused({}, block)).sort()).toEqual(['v', 'x']);
    expect(inputs(fused({ passes: [readProbeInputs] }, block)).sort()).toEqual([
      'v',
      'v:mean',
      'v:pooled',
      'x',
    ]);
  });
});

it('the mask of a ReLU is listed right after its output', () => {
  const order = schedule(fused());
  const masks = named(order, 'positive');
  expect(masks).toHaveLength(2);
  for (const mask of masks) expect(order.indexOf(mask)).toBe(order.indexOf(mask.inputs[0]!) + 1);
});
