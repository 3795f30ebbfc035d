// Tests that convolutions, their transposes and averages, written as products and sums, are those of ONNX Runtime, and that
// the error function in float64 has its digits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeOut } from '../../../core/graph/whole/write-out.js';
import { writeWhole } from '../../../core/graph/whole/write-whole.js';
import { sizeOf } from '../../../core/ops/tensor/shapes.js';
import { TENSOR_RULES } from '../../../core/ops/tensor/table.js';
import { type Id, Tape } from '../../../core/ops/tensor/tape.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const axis = fc.record({
  side: fc.integer({ min: 5, max: 9 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
});
const site = fc
  .record({
    axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
    group: fc.constantFrom(1, 2, 3),
    inner: fc.integer({ min: 1, max: 2 }),
    out: fc.integer({ min: 1, max: 2 }),
  })
  .filter(({ axes }) =>
    axes.every(
      ({ side, kernel, dilation, before, after }) => side + before + after > dilation * (kernel - 1),
    ),
  );
type Site = typeof site extends fc.Arbitrary<infer S> ? S : never;

const attributesOf = ({ axes, group }: Site) => ({
  strides: axes.map(({ stride }) => stride),
  dilations: axes.map(({ dilation }) => dilation),
  pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
  group,
});

const convolution = (t: Tape, one: Site): Id => {
  const x = t.port('x', [2, one.group * one.inner, ...one.axes.map(({ side }) => side)]);
  const weight = t.port('w', [one.group * one.out, one.inner, ...one.axes.map(({ kernel }) => kernel)]);
  return t.add('Conv', [x, weight], attributesOf(one));
};

/** The gradient of the input of a convolution, of that convolution's shape. */
const transpose = (t: Tape, one: Site): Id => {
  const sides = one.axes.map(({ side }) => side);
  const x = t.port('x', shapeOf(one));
  const weight = t.port('w', [one.group * one.out, one.inner, ...one.axes.map(({ kernel }) => kernel)]);
  return t.add('ConvTranspose', [x, weight], { ...attributesOf(one), output: sides });
};
const shapeOf = (one: Site) => {
  const t = new Tape(TENSOR_RULES);
  return t.shape(convolution(t, one));
};

const average = (t: Tape, one: Site): Id => {
  const sides = one.axes.map(({ side }) => side);
  const { strides, pads } = attributesOf(one);
  const kernel = one.axes.map((each) => Math.max(each.kernel, each.before + 1, each.after + 1));
  const counted = one.out - 1;
  const dilations = sides.map(() => 1);
  const x = t.port('x', [2, one.inner, ...sides]);
  return t.add('AveragePool', [x], { kernel, strides, dilations, pads, ceil: 0, counted });
};

test.each([
  ['convolutions', convolution],
  ['transposed convolutions', transpose],
  ['averages', average],
])('%s', async (_, add) => {
  await fc.assert(
    fc.asyncProperty(site, async (one) => {
      const from = new Tape(TENSOR_RULES);
      const id = add(from, one);
      const expected = await run({ tape: from, id, precision: 'float32' });
      const { tape, idOf } = writeOut(from, ['Conv', 'ConvTranspose', 'AveragePool']);
      expect(tape.values.map(({ op }) => op)).not.toContain(from.get(id).op);
      const found = await run({ tape, id: idOf(id), precision: 'float32' });
      const double = await run({ tape: from, id, precision: 'float64' });
      expect(double).toBeInstanceOf(Float64Array);
      for (const values of [found, double]) {
        expect(values.length).toBe(expected.length);
        values.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
        });
      }
    }),
    { numRuns: 60, seed: 39 },
  );
});

test('the error function in float64', async () => {
  const t = new Tape(TENSOR_RULES);
  const id = t.add('Erf', [t.port('x', [9])]);
  const values = Float64Array.of(0, 1e-9, 0.5, -1, 2, 3, -5, 7, 1e300);
  const found = await runOn({ tape: t, id, precision: 'float64' }, { x: new Tensor('float64', values, [9]) });
  // Abramowitz and Stegun, table 7.1, and the first term of the series.
  const expected = [0, 2e-9 / Math.sqrt(Math.PI), 0.5204998778130465, -0.8427007929497149];
  expected.push(0.9953222650189527, 0.9999779095030014, -0.9999999999984626, 1, 1);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(2e-15 * Math.abs(expected[i]!));
  });
});

interface Run {
  readonly tape: Tape;
  readonly id: Id;
  readonly precision: 'float32' | 'float64';
}

/** The value for inputs of numbers between -1 and 1 that float32 has. */
function run(one: Run) {
  const ports = one.tape.values.filter(({ port }) => port !== undefined);
  const tensors = ports.map(({ port, shape }) => {
    const numbers = Array.from({ length: sizeOf(shape) }, (_, i) =>
      Math.fround(Math.sin(i * 7 + port!.length)),
    );
    const tensor =
      one.precision === 'float64'
        ? new Tensor('float64', Float64Array.from(numbers), shape)
        : new Tensor('float32', Float32Array.from(numbers), shape);
    return [port!, tensor] as const;
  });
  return runOn(one, Object.fromEntries(tensors));
}

async function runOn({ tape, id, precision }: Run, tensors: Readonly<Record<string, Tensor>>) {
  const target = { channelBlock: 1, precision };
  const { bytes } = writeWhole({ tape, outputs: [{ name: 'y', id }], target });
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled' });
  const { y } = await session.run(tensors);
  await session.release();
  return y!.data as Float32Array | Float64Array;
}
