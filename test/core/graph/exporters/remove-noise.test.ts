// Tests that the masks of stochastic depth, in the forms that programs and exporters write, leave a network as in
// evaluation mode.
import { describe, expect, it, test } from 'vitest';
import { meanOf, noiseAfter, noiseOf } from '../../../../core/graph/exporters/noise-mean.js';
import { removeNoise } from '../../../../core/graph/exporters/remove-noise.js';
import type { Constant, GraphNode, Initializer } from '../../../../core/graph/graph.js';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../../core/onnx/graph.js';

const KEEP = 0.8;

type Mask = (g: GraphBuilder, x: string, keep: (shape?: readonly number[]) => string) => string;

/** The operations and single numbers between an activation and the output. */
function read(mask: Mask) {
  const g = new GraphBuilder();
  let count = 0;
  const keep = () => g.weights({ name: `keep${count++}`, dims: [], data: Float32Array.of(KEEP) });
  const value = mask(g, g.add('Relu', ['x']), keep);
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value: g.add('Tanh', [value]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const { tape } = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  return tape.values.flatMap(({ op, constant }): (string | number)[] =>
    op === undefined ? [...(constant ?? [])] : [op],
  );
}

const uniform = (g: GraphBuilder, x: string) => g.add('RandomUniformLike', [x], { high: 1, low: 0 });
/** The newer exporter of PyTorch converts thresholds and masks to the type of a tensor. */
const bernoulli: Mask = (g, x, keep) => {
  const noise = uniform(g, x);
  return g.add('CastLike', [g.add('Less', [noise, g.add('CastLike', [keep(), noise])]), x]);
};

describe('a mask with the inverse of its mean', () => {
  test.each<[string, Mask]>([
    ['mask / keep', (g, x, keep) => g.add('Mul', [x, g.add('Div', [bernoulli(g, x, keep), keep()])])],
    [
      'floor(keep + noise) / keep',
      (g, x, keep) => g.add('Mul', [g.add('Div', [floored(g, x, keep), keep()]), x]),
    ],
  ])('%s goes', (_, mask) => {
    expect(read(mask)).toEqual(['Relu', 'Tanh']);
  });

  test.each<[string, Mask]>([
    ['x / keep * mask', (g, x, keep) => g.add('Mul', [g.add('Div', [x, keep()]), floored(g, x, keep)])],
    ['x * mask / keep', (g, x, keep) => g.add('Div', [g.add('Mul', [x, bernoulli(g, x, keep)]), keep()])],
  ])('%s leaves the mean of the mask', (_, mask) => {
    const found = read(mask);
    const numbers = found.filter((each) => typeof each === 'number');
    expect(found.filter((each) => typeof each === 'string').sort()).toEqual(['Div', 'Mul', 'Relu', 'Tanh']);
    for (const number of numbers) expect(number).toBeCloseTo(KEEP, 6);
  });
});

/** floor(keep + u), u uniform on [0, 1), as in the first code of stochastic depth. */
function floored(g: GraphBuilder, x: string, keep: () => string): string {
  return g.add('Floor', [g.add('Add', [keep(), uniform(g, x)])]);
}

it('noise that is added is refused by its name', () => {
  expect(() => read((g, x) => g.add('Add', [x, g.add('RandomNormalLike', [x])]))).toThrow(/RandomNormalLike/);
});

const node = (op: string, attributes = {}) => ({ op, name: '', inputs: [], outputs: [], attributes });
test('the means of noise', () => {
  const noise = noiseOf(node('RandomUniform', { low: -1, high: 3 }));
  const mean = (op: string, place: number, operand: number) =>
    meanOf(noiseAfter({ op, noise, place, operand }));
  expect(meanOf(noise)).toBe(1);
  expect(mean('Less', 0, 0)).toBe(0.25);
  expect(mean('Less', 1, 0)).toBe(0.75);
  expect(mean('LessOrEqual', 0, 0)).toBe(0.25);
  expect(mean('GreaterOrEqual', 0, 2)).toBe(0.25);
  expect(mean('Greater', 0, 2)).toBe(0.25);
  expect(mean('Less', 0, 5)).toBe(1);
  expect(mean('Sub', 1, 2)).toBe(1);
  expect(mean('Div', 0, 2)).toBe(0.5);
  expect(mean('Div', 1, 2)).toBeUndefined();
  expect(mean('Pow', 0, 2)).toBeUndefined();
  const floor = (low: number, high: number) =>
    meanOf(noiseAfter({ op: 'Floor', noise: { kind: 'uniform', low, high }, place: 0, operand: undefined }));
  expect(floor(0.8, 1.8)).toBeCloseTo(0.8);
  expect(floor(-1, 1)).toBe(-0.5);
  expect(floor(1.5, 2.5)).toBeCloseTo(1.5);
  expect(floor(0, 2_000)).toBeUndefined();
  expect(meanOf(noiseOf(node('RandomUniform')))).toBe(0.5);
  expect(meanOf(noiseOf(node('RandomNormal')))).toBe(0);
  const turned = noiseAfter({ op: 'Mul', noise, place: 0, operand: -1 });
  expect(meanOf(noiseAfter({ op: 'Less', noise: turned, place: 0, operand: 0 }))).toBe(0.75);
  const unknown = noiseAfter({ op: 'Add', noise: { kind: 'unknown' }, place: 0, operand: 1 });
  expect(meanOf(unknown)).toBeUndefined();
  const divided = noiseAfter({ op: 'Div', noise: { kind: 'mean', mean: 2 }, place: 0, operand: 0 });
  expect(meanOf(divided)).toBeUndefined();
  expect(meanOf(noiseOf(node('RandomNormal', { mean: 2 })))).toBe(2);
});

type Given = readonly [op: string, inputs: readonly string[], attributes?: GraphNode['attributes']];

/** The factor of an activation that is multiplied by what these nodes make of uniform noise; undefined where it is left alone. */
function factorBy(given: readonly Given[], tensors: Readonly<Record<string, readonly number[]>> = {}) {
  const made = (name: string, [op, inputs, attributes = {}]: Given): GraphNode => ({
    op,
    name,
    inputs,
    outputs: [name],
    attributes,
  });
  const nodes = [
    made('u', ['RandomUniformLike', ['x']]),
    ...given.map((each, i) => made(`n${i}`, each)),
    made('y', ['Mul', [`n${given.length - 1}`, 'x']]),
  ];
  const initializers = new Map(
    Object.entries(tensors).map(([name, numbers]): [string, Initializer] => [
      name,
      { shape: [numbers.length], type: 'float', read: () => Float64Array.from(numbers) },
    ]),
  );
  const kept = removeNoise({ nodes, initializers }).filter(({ attributes }) => !('kept' in attributes));
  expect(kept.at(-1)).toMatchObject({ outputs: ['y'], op: kept.length === 1 ? 'Identity' : 'Mul' });
  if (kept.length === 1) return undefined;
  const { values } = kept[0]!.attributes.value as Constant;
  expect(kept[1]!.inputs).toEqual(['x', kept[0]!.outputs[0]]);
  return values[0];
}

describe('the mean by which an activation is multiplied', () => {
  test.each<[string, number, readonly Given[]]>([
    ['noise < p', 0.25, [['Less', ['u', 'p']]]],
    ['p < noise', 0.75, [['Less', ['p', 'u']]]],
    ['noise around 0', 0, [['Sub', ['u', 'half']]]],
    [
      'p from the noise',
      0.25,
      [
        ['Sub', ['p', 'u']],
        ['Add', ['n0', 'half']],
      ],
    ],
  ])('%s', (_, mean, nodes) => {
    expect(factorBy(nodes, { p: [0.25], half: [0.5] })).toBe(mean);
  });

  it('is a float32', () => {
    expect(factorBy([['Less', ['u', 'p']]], { p: [0.8] })).toBe(Math.fround(0.8));
  });

  it('is read from constants of either form', () => {
    const value: Constant = { shape: [], type: 'float', values: Float64Array.of(0.25) };
    for (const attributes of [
      { value, kept: 1 },
      { value_float: 0.25, kept: 1 },
    ])
      expect(
        factorBy([
          ['Constant', [], attributes],
          ['Less', ['u', 'n0']],
        ]),
      ).toBe(0.25);
  });
});

describe('an activation is left alone', () => {
  test.each<[string, readonly Given[]]>([
    [
      'where the mean is 1 but for rounding',
      [
        ['Less', ['u', 'keep']],
        ['Div', ['n0', 'rounded']],
      ],
    ],
    ['by a mask that is always 0', [['Less', ['u', 'none']]]],
    ['where elements differ in their means', [['Less', ['u', 'several']]]],
    ['where the mean is not known', [['Clip', ['u', '', 'half']]]],
    ['by masks of an operator of their own', [['Bernoulli', ['x']]]],
  ])('%s', (_, nodes) => {
    const tensors = {
      keep: [0.8],
      rounded: [Math.fround(0.8)],
      half: [0.5],
      several: [0.25, 0.75],
      none: [0],
    };
    expect(factorBy(nodes, tensors)).toBeUndefined();
  });

  it('where a constant has several numbers', () => {
    const value: Constant = { shape: [2], type: 'float', values: Float64Array.of(0.25, 0.75) };
    expect(
      factorBy([
        ['Constant', [], { value, kept: 1 }],
        ['Less', ['u', 'n0']],
      ]),
    ).toBeUndefined();
  });
});
