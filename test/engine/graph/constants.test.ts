// Tests operators over constants, whose results are computed when a file is read, against ONNX Runtime's own.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';
import { foldedConstant } from '../../support/folded-constant.js';

const FLOAT = 1;
const INT = 7;
const BOOL = 9;

type Make = (g: GraphBuilder) => string;

const ints = (g: GraphBuilder, dims: readonly number[], data: readonly number[]) =>
  g.tensor({ type: 'int64', dims, data });
/** Whole numbers of both signs, some of them twice: [2, 3, 4]. */
const table = (g: GraphBuilder) =>
  ints(
    g,
    [2, 3, 4],
    Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) - 4),
  );
const toFloat = (g: GraphBuilder, id: string) => g.add('Cast', [id], { to: FLOAT });
/** Halves and quarters of both signs. */
const quarters = (g: GraphBuilder) =>
  g.add('Div', [toFloat(g, table(g)), toFloat(g, ints(g, [1, 3, 1], [2, 4, -4]))]);
const scalar = (g: GraphBuilder, value: number) => ints(g, [], [value]);
/** Divisors of both signs. */
const divisors = (g: GraphBuilder) => ints(g, [4], [3, -3, 2, -5]);
const sequence = (
  g: GraphBuilder,
  more: readonly string[],
  attributes: { axis: number; keepdims?: number },
) => g.add('SplitToSequence', [table(g), ...more], attributes);
/** One row of the table along axis 1, which keeps the axis. */
const part = (g: GraphBuilder, at: number) =>
  g.add('Slice', [table(g), g.ints(at), g.ints(at + 1), g.ints(1)]);

const CASES: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(
    [0, 1].flatMap((exclusive) =>
      [0, 1].map((reverse) => [
        `CumSum, exclusive ${exclusive}, reverse ${reverse}`,
        (g: GraphBuilder) => g.add('CumSum', [table(g), scalar(g, -2)], { exclusive, reverse }),
      ]),
    ),
  ),
  'ArgMax of equal numbers': (g) =>
    g.add('ArgMax', [ints(g, [2, 4], [1, 3, 3, 2, 5, 0, 5, 5])], { axis: 1, keepdims: 0 }),
  'ArgMax along an axis in the middle': (g) => g.add('ArgMax', [table(g)], { axis: -2 }),
  'ArgMin of equal numbers': (g) =>
    g.add('ArgMin', [ints(g, [2, 4], [1, 3, 0, 0, 5, 0, 5, 0])], { axis: -1 }),
  'TopK, the largest': (g) =>
    g.addMany('TopK', [table(g), g.ints(2)], { attributes: { axis: 1 }, results: 2 })[0]!,
  'TopK, the places of the smallest': (g) =>
    g.addMany('TopK', [quarters(g), g.ints(4)], { attributes: { largest: 0 }, results: 2 })[1]!,
  'ScatterElements of constants': (g) =>
    g.add(
      'ScatterElements',
      [table(g), ints(g, [1, 2, 2], [3, -4, 0, 2]), ints(g, [1, 2, 2], [50, 60, 70, 80])],
      {
        axis: 2,
      },
    ),
  'ScatterElements of constants, added where places repeat': (g) =>
    g.add(
      'ScatterElements',
      [table(g), ints(g, [2, 3, 1], [1, 1, -2, 0, 0, 2]), ints(g, [2, 3, 1], [5, 6, 7, 8, 9, 1])],
      {
        axis: 1,
        reduction: 'add',
      },
    ),
  'GatherElements at places that are computed': (g) =>
    g.add('GatherElements', [table(g), g.add('ArgMax', [quarters(g)], { axis: 1 })], { axis: 1 }),
  'ReduceProd of all': (g) => g.add('ReduceProd', [g.ints(2, -3, 4)], { keepdims: 0 }),
  'ReduceProd of some axes': (g) => g.add('ReduceProd', [table(g), g.ints(-1, 0)]),
  'ReduceProd without the axes': (g) => g.add('ReduceProd', [table(g), g.ints(1)], { keepdims: 0 }),
  'ReduceMax and ReduceMean': (g) =>
    g.add('Sub', [
      g.add('ReduceMax', [quarters(g), g.ints(1)]),
      g.add('ReduceMean', [quarters(g), g.ints(1)]),
    ]),
  'Range that does not end at a step': (g) => g.add('Range', [scalar(g, 1), scalar(g, 9), scalar(g, 3)]),
  'Range backwards': (g) => g.add('Range', [scalar(g, 5), scalar(g, -4), scalar(g, -2)]),
  'Range of nothing': (g) =>
    g.add('Concat', [g.add('Range', [scalar(g, 5), scalar(g, 2), scalar(g, 1)]), g.ints(7)], { axis: 0 }),
  NonZero: (g) => g.add('NonZero', [table(g)]),
  'EyeLike below the diagonal': (g) => g.add('EyeLike', [ints(g, [4, 3], new Array(12).fill(2))], { k: -1 }),
  'Shape of some axes': (g) => g.add('Shape', [table(g)], { start: 1 }),
  'Shape from the end': (g) => g.add('Shape', [table(g)], { start: -2, end: -1 }),
  'Mod of integers': (g) => g.add('Mod', [table(g), divisors(g)]),
  'Mod of integers with the sign of the dividend': (g) => g.add('Mod', [table(g), divisors(g)], { fmod: 1 }),
  'Mod of floats': (g) => g.add('Mod', [quarters(g), toFloat(g, divisors(g))], { fmod: 1 }),
  'Div of integers': (g) => g.add('Div', [table(g), divisors(g)]),
  'Cast to integers and back': (g) => g.add('Cast', [quarters(g)], { to: INT }),
  'Cast to booleans': (g) => toFloat(g, g.add('Cast', [quarters(g)], { to: BOOL })),
  'And, Or, Not and comparisons': (g) => {
    const [a, b] = [g.add('Less', [table(g), divisors(g)]), g.add('GreaterOrEqual', [table(g), g.ints(2)])];
    return g.add('Where', [g.add('Or', [g.add('And', [a, b]), g.add('Not', [b])]), table(g), g.ints(9)]);
  },
  'Gather along the last axis, from its end': (g) =>
    g.add('Gather', [table(g), ints(g, [2, 2], [-1, 0, 3, -4])], { axis: -1 }),
  'GatherND from the end': (g) => g.add('GatherND', [table(g), ints(g, [2, 2], [-1, 0, 0, -2])]),
  GatherElements: (g) =>
    g.add('GatherElements', [table(g), ints(g, [2, 3, 1], [0, -1, 2, 3, -4, 1])], { axis: 2 }),
  'ScatterND of constants': (g) =>
    g.add('ScatterND', [
      table(g),
      ints(g, [2, 2], [0, -1, 1, 0]),
      ints(g, [2, 4], [70, 71, 72, 73, 74, 75, 76, 77]),
    ]),
  'Slice backwards and beyond the end': (g) =>
    g.add('Slice', [table(g), g.ints(-1, 0), g.ints(-9, 99), g.ints(1, -1), g.ints(-1, 3)]),
  'Split into unequal parts': (g) =>
    g.addMany('Split', [table(g), g.ints(1, 3)], { attributes: { axis: 2 }, results: 2 })[1]!,
  'SplitToSequence into parts of three and one': (g) =>
    g.add('SequenceAt', [sequence(g, [scalar(g, 3)], { axis: 2 }), scalar(g, -1)]),
  'SplitToSequence into listed parts': (g) =>
    g.add('SequenceAt', [sequence(g, [g.ints(1, 2)], { axis: 1 }), scalar(g, 1)]),
  'SplitToSequence without the axis': (g) =>
    g.add('SequenceAt', [sequence(g, [], { axis: -2, keepdims: 0 }), scalar(g, -2)]),
  'SplitToSequence into parts of one, without the axis, as torch.unbind is exported': (g) =>
    g.add('SequenceAt', [sequence(g, [scalar(g, 1)], { axis: 1, keepdims: 0 }), scalar(g, 1)]),
  'SequenceConstruct, and elements stacked along a new axis in the middle': (g) =>
    g.add('ConcatFromSequence', [g.add('SequenceConstruct', [table(g), table(g)])], {
      axis: -3,
      new_axis: 1,
    }),
  'SequenceInsert at both ends and before the last': (g) => {
    const three = sequence(g, [], { axis: 1 });
    const first = g.add('SequenceInsert', [three, part(g, 0), scalar(g, 0)]);
    const last = g.add('SequenceInsert', [first, part(g, 2)]);
    return g.add('ConcatFromSequence', [g.add('SequenceInsert', [last, part(g, 1), scalar(g, -1)])], {
      axis: 1,
    });
  },
  'SequenceErase of the last and of the first': (g) => {
    const fewer = g.add('SequenceErase', [sequence(g, [], { axis: 2 })]);
    return g.add('ConcatFromSequence', [g.add('SequenceErase', [fewer, scalar(g, -3)])], { axis: 2 });
  },
  SequenceLength: (g) => g.add('SequenceLength', [sequence(g, [scalar(g, 3)], { axis: 2 })]),
  'Tile and Expand': (g) => g.add('Expand', [g.add('Tile', [table(g), g.ints(1, 2, 1)]), g.ints(2, 1, 1, 1)]),
  'Trilu below the diagonal': (g) => g.add('Trilu', [table(g), scalar(g, -1)], { upper: 0 }),
  'rounded numbers and signs': (g) => {
    const [round, floor, ceil] = ['Round', 'Floor', 'Ceil'].map((op) => g.add(op, [quarters(g)]));
    return g.add('Concat', [round!, floor!, ceil!, g.add('Sign', [quarters(g)])], { axis: 0 });
  },
  'an index of Squeeze and Unsqueeze': (g) =>
    g.add('Squeeze', [g.add('Unsqueeze', [table(g), g.ints(-1, 1)]), g.ints(1)]),
};

/** What a network adds to its images, as the graph holds it. */
function foldedBy(make: Make) {
  const g = new GraphBuilder();
  const made = make(g);
  const added = g.add('ReduceSum', [toFloat(g, made)], { keepdims: 0 });
  const { values, shape } = foldedConstant(g, made, added);
  return { values: values.map((value) => value + 0), shape: [...shape] };
}

async function computedBy(make: Make) {
  const g = new GraphBuilder();
  const made = toFloat(g, make(g));
  const value = g.add('Add', [made, 'zero']);
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'zero', dims: [1] }],
    outputs: [{ name: 'y', value, dims: [] }],
  });
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const { y } = await session.run({ zero: new Tensor('float32', new Float32Array(1), [1]) });
  await session.release();
  return { values: Array.from(y!.data as Float32Array, (n) => n + 0), shape: [...y!.dims] };
}

it.each(Object.entries(CASES))('%s', async (_, make) => {
  const expected = await computedBy(make);
  const { values, shape } = foldedBy(make);
  // Adding a vector of one element gives a scalar an axis.
  expect(shape.length === 0 ? [1] : shape).toEqual(expected.shape);
  expect(values.length).toBe(expected.values.length);
  const off = values.map((value, i) => Math.abs(value - expected.values[i]!));
  expect(Math.max(...off)).toBeLessThan(1e-5);
});
