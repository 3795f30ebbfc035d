// Tests that layers which a file divides by an estimate of their spectral norm are divided by that of drawn weights.
import { expect, it } from 'vitest';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { structureText } from '../../../../core/graph/structure.js';
import { randomDraw } from '../../../../core/ir/draw.js';
import { largestSingularValue } from '../../../../core/proxies/spectra/singular-value.js';
import { attribute, initializer, type MessageField, model, node } from '../../../support/onnx-messages.js';

const read = (graph: readonly MessageField[]) => readOnnx({ bytes: model({ graph }), file: 'my.onnx' });
const structureOf = (graph: readonly MessageField[]) =>
  structureText({ graph: read(graph), constants: new Set() });

interface Layer {
  readonly op: 'Conv' | 'ConvTranspose';
  readonly shape: readonly number[];
  /** The axis of the rows, `dim` in PyTorch. */
  readonly axis: 0 | 1;
}

/** A convolution whose weight is divided by u W v, as `spectral_norm` of a module in evaluation mode is exported. */
function dividedByProduct({ op, shape, axis }: Layer): readonly MessageField[] {
  const rows = shape[axis]!;
  const columns = shape.reduce((product, n) => product * n, 1) / rows;
  const matrix = initializer('matrix', [2], 7, [
    [9, new Uint8Array(BigInt64Array.of(BigInt(rows), -1n).buffer)],
  ]);
  return [
    initializer('w', shape, 1),
    matrix,
    initializer('u', [rows], 1),
    initializer('v', [columns], 1),
    node('Transpose', ['w'], ['t'], [attribute('perm', [1, 0, 2, 3])]),
    node('Reshape', [axis === 0 ? 'w' : 't', 'matrix'], ['m']),
    node('MatMul', ['m', 'v'], ['mv']),
    node('MatMul', ['u', 'mv'], ['norm']),
    node('Div', ['w', 'norm'], ['divided']),
    node(op, ['x', 'divided'], ['y']),
  ];
}

const divisorOf = (graph: readonly MessageField[]): number => {
  const { nodes } = read(graph);
  const { inputs } = nodes.find(({ op }) => op === 'Div')!;
  const { attributes } = nodes.find(({ outputs }) => outputs[0] === inputs[1])!;
  return (attributes.value as { readonly values: Float64Array }).values[0]!;
};

const LAYERS: readonly Layer[] = [
  { op: 'Conv', shape: [64, 32, 3, 3], axis: 0 },
  { op: 'Conv', shape: [32, 3, 3, 3], axis: 0 },
  { op: 'Conv', shape: [256, 64, 1, 1], axis: 0 },
  { op: 'Conv', shape: [96, 32, 3, 3], axis: 1 },
  { op: 'ConvTranspose', shape: [64, 48, 2, 2], axis: 1 },
  { op: 'ConvTranspose', shape: [64, 48, 2, 2], axis: 0 },
];

it.each(LAYERS)(
  'divides $op $shape with rows along axis $axis by the largest singular value of drawn weights',
  (layer) => {
    const { op, shape, axis } = layer;
    const size = shape.reduce((product, n) => product * n, 1);
    const rows = shape[axis]!;
    const columns = size / rows;
    const fanIn = size / shape[op === 'Conv' ? 0 : 1]!;
    const initialization = { kind: 'normal', std: Math.sqrt(2 / fanIn) } as const;
    const drawn = randomDraw({ seed: 1, draw: 0, owner: '' }).weight({ name: 'w', shape, initialization });
    // Elements are drawn independently, so that any order of them is such a matrix.
    const found = largestSingularValue(drawn, rows, columns);
    const divisor = divisorOf(dividedByProduct(layer));
    expect(found / divisor).toBeGreaterThan(0.93);
    expect(found / divisor).toBeLessThan(1.04);
  },
);

it('reads only the weight of such a layer, not the vectors', () => {
  const graph = read(dividedByProduct(LAYERS[0]!));
  expect(graph.nodes.map(({ op }) => op).sort()).toEqual(['Constant', 'Conv', 'Div']);
  const inputs = graph.nodes.flatMap((each) => each.inputs);
  expect(inputs).not.toContain('u');
  expect(inputs).not.toContain('v');
});

it('reads an estimate from a matrix that was computed from the weight in advance as one from the weight', () => {
  const layer = LAYERS[0]!;
  const evaluated = dividedByProduct(layer);
  const folded = [
    evaluated[0]!,
    ...evaluated.slice(2, 4),
    initializer('m', [64, 288], 1),
    node('MatMul', ['m', 'v'], ['mv']),
    ...evaluated.slice(-3),
  ];
  expect(structureOf(folded)).toBe(structureOf(evaluated));
});

it('reads estimates in training mode, with a step of the power iteration, as those in evaluation mode', () => {
  const layer = LAYERS[0]!;
  const evaluated = dividedByProduct(layer);
  const normalized = (x: string, y: string) => [
    node('ReduceL2', [x], [`${y}n`]),
    node('Div', [x, `${y}n`], [y]),
  ];
  const trained = [
    ...evaluated.slice(0, 3),
    node('Reshape', ['w', 'matrix'], ['m']),
    node('Transpose', ['m'], ['mt']),
    node('MatMul', ['mt', 'u'], ['mu']),
    ...normalized('mu', 'v'),
    node('MatMul', ['m', 'v'], ['mv']),
    ...normalized('mv', 'u2'),
    node('MatMul', ['u2', 'mv'], ['norm']),
    ...evaluated.slice(-2),
  ];
  expect(structureOf(trained)).toBe(structureOf(evaluated));
});

it('leaves weights that are divided by other numbers', () => {
  const shape = [16, 8, 3, 3];
  const rest = [node('Div', ['w', 'norm'], ['divided']), node('Conv', ['x', 'divided'], ['y'])];
  const byNorm = [initializer('w', shape, 1), node('ReduceL2', ['w'], ['norm']), ...rest];
  const byImages = [
    initializer('w', shape, 1),
    initializer('u', [16], 1),
    node('ReduceMean', ['x'], ['mean']),
    node('MatMul', ['u', 'mean'], ['norm']),
    ...rest,
  ];
  const byMatrix = [
    initializer('w', shape, 1),
    initializer('u', [16, 72], 1),
    node('MatMul', ['w', 'u'], ['norm']),
    ...rest,
  ];
  for (const graph of [byNorm, byImages, byMatrix])
    expect(read(graph).nodes.map(({ op }) => op)).not.toContain('Constant');
});
