// Lists networks that select elements of the images, or put them elsewhere, at indices that they compute from the images.
import type { GraphBuilder } from '../../../core/onnx/graph.js';
import { type CaseInput, ints, type OperatorCase, weight } from './operator-case.js';

/** The indices of the largest elements of the images along an axis, in order. */
function largest(k: number, axis: number): CaseInput {
  return { computed: (g) => order(g, 'x', k, { axis }) };
}

function order(
  g: GraphBuilder,
  of: string,
  k: number,
  attributes: { axis: number; largest?: number },
): string {
  return g.addMany('TopK', [of, g.ints(k)], { attributes, results: 2 })[1]!;
}

const x = [2, 6, 5];
/** For each of two images and three rows, the place of an element: the image itself, a position, and a channel from the end. */
const places: CaseInput = {
  computed: (g) => {
    const image = g.add('Expand', [
      g.tensor({ type: 'int64', dims: [2, 1, 1], data: [0, 1] }),
      g.ints(2, 3, 1),
    ]);
    const flat = g.add('Reshape', ['x', g.ints(2, 30)]);
    const rows = g.add('Unsqueeze', [g.add('Mod', [order(g, flat, 3, { axis: 1 }), g.ints(6)]), g.ints(2)]);
    const fromEnd = g.add('Sub', [g.add('Mod', [rows, g.ints(5)]), g.ints(5)]);
    return g.add('Concat', [image, rows, fromEnd], { axis: 2 });
  },
};
/** Numbers of images, each of which occurs often. */
const images: CaseInput = {
  computed: (g) =>
    g.add('Mod', [g.add('Reshape', [order(g, 'x', 2, { axis: 2 }), g.ints(-1, 1)]), g.ints(2)]),
};
/** For each of two images, three positions along the next axis, counted from its end. */
const positions: CaseInput = {
  computed: (g) => {
    const flat = g.add('Reshape', ['x', g.ints(2, 30)]);
    const all = g.add('Mod', [order(g, flat, 3, { axis: 1 }), g.ints(6)]);
    return g.add('Unsqueeze', [g.add('Sub', [all, g.ints(6)]), g.ints(2)]);
  },
};
/** For each of two images, two positions along the next two axes. */
const rows: CaseInput = {
  computed: (g) => {
    const flat = g.add('Reshape', ['x', g.ints(2, 60)]);
    const first = g.add('Mod', [order(g, flat, 2, { axis: 1 }), g.ints(3)]);
    const second = g.add('Mod', [order(g, flat, 2, { axis: 1 }), g.ints(4)]);
    return g.add(
      'Concat',
      [g.add('Unsqueeze', [first, g.ints(2)]), g.add('Unsqueeze', [second, g.ints(2)])],
      {
        axis: 2,
      },
    );
  },
};

export const SELECTION_CASES: readonly OperatorCase[] = [
  { op: 'TopK', x, inputs: [ints(3)], outputs: 2, integers: true },
  { op: 'TopK', x, inputs: [ints(2)], attributes: { axis: 1, largest: 0 }, outputs: 2, integers: true },
  { op: 'TopK', x, inputs: [ints(6)], attributes: { axis: -2, sorted: 1 }, outputs: 2, integers: true },
  { op: 'TopK', x: [2, 3, 4, 3], inputs: [ints(1)], attributes: { axis: 1 }, outputs: 2, integers: true },
  { op: 'GatherElements', x, inputs: [largest(4, 1)], attributes: { axis: 1 } },
  // An element may be gathered several times, or never; the tensor is larger along another axis.
  {
    op: 'GatherElements',
    x,
    inputs: [{ computed: (g) => g.add('Mod', [order(g, 'x', 4, { axis: 1, largest: 0 }), g.ints(3)]) }],
    attributes: { axis: 2 },
    withoutReference: true,
  },
  {
    op: 'GatherElements',
    x,
    inputs: [{ computed: (g) => g.add('ArgMin', ['x'], { axis: 1 }) }],
    attributes: { axis: 1 },
  },
  {
    op: 'Gather',
    x,
    inputs: [
      { computed: (g) => g.add('Mod', [g.add('ArgMax', ['x'], { axis: 1, keepdims: 0 }), g.ints(2)]) },
    ],
  },
  {
    op: 'Gather',
    x: [1, 4, 5],
    inputs: [
      { computed: (g) => g.add('Squeeze', [g.add('ArgMax', ['x'], { axis: 2, keepdims: 0 }), g.ints(0)]) },
    ],
    attributes: { axis: 2 },
  },
  { op: 'GatherND', x, inputs: [places] },
  { op: 'GatherND', x, inputs: [images] },
  { op: 'GatherND', x, inputs: [positions], attributes: { batch_dims: 1 } },
  { op: 'GatherND', x: [2, 3, 4, 5], inputs: [rows], attributes: { batch_dims: 1 } },
  // Without a reduction no place is written twice, with one some are.
  { op: 'ScatterElements', x, inputs: [largest(2, 1), weight(2, 2, 5)], attributes: { axis: 1 } },
  {
    op: 'ScatterElements',
    x,
    inputs: [{ computed: (g) => g.add('Mod', [order(g, 'x', 3, { axis: -1 }), g.ints(2)]) }, weight(2, 6, 3)],
    attributes: { axis: -1, reduction: 'add' },
  },
  {
    op: 'ScatterElements',
    x,
    inputs: [{ ints: [0, -1, 0, 3, 3, 1], dims: [1, 2, 3] }, weight(1, 2, 3)],
    attributes: { axis: 2, reduction: 'add' },
  },
  {
    op: 'ScatterElements',
    x: [2, 6, 3],
    inputs: [weight(2, 6, 5), largest(3, 2)],
    attributes: { axis: 2 },
    second: true,
  },
  { op: 'ScatterND', x, inputs: [images, weight(24, 6, 5)], attributes: { reduction: 'add' } },
  { op: 'ScatterND', x, inputs: [places, weight(2, 3)], attributes: { reduction: 'add' } },
  {
    op: 'ScatterND',
    x,
    inputs: [
      {
        computed: (g) =>
          g.add('Reshape', [
            order(g, g.add('ReduceMean', ['x', g.ints(1, 2)], { keepdims: 0 }), 2, { axis: 0 }),
            g.ints(2, 1),
          ]),
      },
      weight(2, 6, 5),
    ],
  },
  // Constant places: every second row, and the same row twice.
  { op: 'ScatterND', x, inputs: [{ ints: [0, 1, 0, 3, 0, -1], dims: [3, 2] }, weight(3, 5)] },
  {
    op: 'ScatterND',
    x,
    inputs: [{ ints: [1, 1, -1], dims: [3, 1] }, weight(3, 6, 5)],
    attributes: { reduction: 'add' },
  },
  // Floats are counted as they are, integers in floats and back.
  {
    op: 'Mul',
    x,
    inputs: [
      {
        computed: (g) => {
          const values = g.tensor({ type: 'float', dims: [2], data: [0.5, 2] });
          const chosen = g.add('ArgMax', ['x'], { axis: 1, keepdims: 0 });
          return g.add(
            'OneHot',
            [g.add('Sub', [chosen, g.ints(3)]), g.tensor({ type: 'int64', dims: [], data: [6] }), values],
            { axis: 1 },
          );
        },
      },
    ],
  },
  {
    op: 'Mul',
    x,
    inputs: [
      {
        computed: (g) => {
          const counts = g.add('CumSum', [
            order(g, 'x', 6, { axis: 1 }),
            g.tensor({ type: 'int64', dims: [], data: [1] }),
          ]);
          return g.add('Cast', [counts], { to: 1 });
        },
      },
    ],
  },
];
