// Lists networks that sample maps at positions computed from the images, or that sample the images at positions.
import type { GraphBuilder } from '../../../core/onnx/graph.js';
import { type CaseInput, each, ints, type OperatorCase, weight } from './operator-case.js';

const x = [2, 3, 5, 4];
/** A grid computed from the images: [2, 3, 5, 2], with coordinates within and beyond the edges of a map. */
const grid: CaseInput = {
  computed: (g) => g.add('Mul', [g.add('Reshape', [sixty(g), g.ints(2, 3, 5, 2)]), g.float(0.9)]),
};
const sixty = (g: GraphBuilder) =>
  g.add('Slice', [g.add('Reshape', ['x', g.ints(-1)]), g.ints(0), g.ints(60)]);
const modes = ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
  [0, 1].map((align_corners) => ({ padding_mode, align_corners })),
);

/** `x` holds the grid of a map of weights, then the maps, which are sampled at a fixed grid. */
const bothOf = (rest: Omit<OperatorCase, 'op' | 'x'>): OperatorCase[] => [
  ...each(['GridSample'], { ...rest, x: [2, 3, 4, 2], inputs: [weight(2, 3, 6, 5)], second: true }),
  ...each(['GridSample'], { ...rest, x, inputs: [weight(2, 3, 4, 2)] }),
];

const deform = { op: 'DeformConv', x: [2, 4, 6, 5], opset: 19 } as const;

export const SAMPLING_CASES: readonly OperatorCase[] = [
  ...modes.flatMap((attributes) => [
    ...bothOf({ attributes: { ...attributes, mode: 'linear' }, opset: 20 }),
    ...bothOf({
      attributes: { ...attributes, mode: 'cubic' },
      opset: 20,
      // The reference evaluator moves coordinates to the edges, which ONNX Runtime and PyTorch do not.
      withoutReference: attributes.padding_mode === 'border',
    }),
    {
      op: 'GridSample',
      x,
      inputs: [weight(2, 3, 4, 2)],
      attributes: { ...attributes, mode: 'nearest' },
      opset: 20,
    },
    {
      op: 'GridSample',
      x: [2, 2, 3, 4, 5],
      inputs: [weight(2, 2, 3, 2, 3)],
      attributes: { ...attributes, mode: 'linear' },
      opset: 20,
    },
    {
      op: 'GridSample',
      x: [2, 2, 3, 2, 3],
      inputs: [weight(2, 2, 3, 4, 5)],
      attributes,
      opset: 20,
      second: true,
    },
  ]),
  { op: 'GridSample', x, inputs: [grid], opset: 20 },
  // Before operator set 20; a map with a side of one element; coordinates far beyond the edges.
  {
    op: 'GridSample',
    x,
    inputs: [weight(2, 3, 4, 2)],
    attributes: { mode: 'bilinear' },
    opset: 16,
    withoutReference: true,
  },
  {
    op: 'GridSample',
    x,
    inputs: [weight(2, 3, 4, 2)],
    attributes: { mode: 'bicubic' },
    opset: 17,
    withoutReference: true,
  },
  {
    op: 'GridSample',
    x: [2, 3, 1, 4],
    inputs: [weight(2, 3, 4, 2)],
    attributes: { padding_mode: 'reflection' },
    opset: 20,
  },
  {
    op: 'GridSample',
    x,
    inputs: [
      { floats: [-9, 7, 0, 0, 1, -1, 1e6, 0.3, -0.7, 5, 0.2, -1e6, 0.5, 1, -1, 1], dims: [2, 2, 2, 2] },
    ],
    attributes: { padding_mode: 'border' },
    opset: 20,
  },
  { op: 'AffineGrid', x: [2, 2, 3], inputs: [ints(2, 3, 4, 5)], opset: 20 },
  {
    op: 'AffineGrid',
    x: [2, 3, 4],
    inputs: [ints(2, 1, 2, 3, 4)],
    attributes: { align_corners: 1 },
    opset: 20,
  },
  { ...deform, inputs: [weight(6, 4, 3, 3), weight(2, 18, 4, 3)] },
  {
    ...deform,
    inputs: [weight(6, 2, 3, 2), weight(2, 24, 3, 3), weight(6), weight(2, 12, 3, 3)],
    attributes: { group: 2, offset_group: 2, strides: [2, 2], pads: [1, 0, 1, 1], kernel_shape: [3, 2] },
  },
  {
    ...deform,
    inputs: [weight(4, 1, 3, 3), weight(2, 18, 6, 5), 'absent', weight(2, 9, 6, 5)],
    attributes: { group: 4, dilations: [2, 2], pads: [2, 2, 2, 2] },
  },
];
