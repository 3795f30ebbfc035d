// Tests how recurrent layers of files are read: their states, what is refused, and what is exported.
import { describe, expect, it } from 'vitest';
import { fileModel } from '../../../core/export/file-model.js';
import { IMAGES, LOGITS } from '../../../core/export/layers.js';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { graphOfStructure, structureText } from '../../../core/graph/structure.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { type Attributes, GraphBuilder } from '../../../core/onnx/graph.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const [STEPS, BATCH, CHANNELS, HIDDEN] = [4, 2, 3, 5];

interface LayerArguments {
  readonly op?: string;
  readonly attributes?: Attributes;
  readonly shapes?: readonly (readonly number[])[];
  /** Further inputs, from the lengths on. */
  readonly rest?: (g: GraphBuilder) => readonly string[];
  readonly steps?: number;
}

const SHAPES = [
  [1, 4 * HIDDEN, CHANNELS],
  [1, 4 * HIDDEN, HIDDEN],
  [1, 8 * HIDDEN],
];
const weights = (g: GraphBuilder, name: string, dims: readonly number[], value = 0.1) =>
  g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)).fill(value) });

/** Sequences [batch, steps, channels] in, all outputs of one layer. */
function layer({
  op = 'LSTM',
  attributes = {},
  shapes = SHAPES,
  rest = () => [],
  steps = STEPS,
}: LayerArguments = {}) {
  const g = new GraphBuilder();
  const x = g.add('Transpose', ['x'], { perm: [1, 0, 2] });
  const read = shapes.map((dims, i) => weights(g, `w${i}`, dims));
  const [y] = g.addMany(op, [x, ...read, ...rest(g)], {
    attributes: { hidden_size: HIDDEN, ...attributes },
    results: 2,
  });
  const bytes = g.build({
    name: 'recurrent',
    inputs: [{ name: 'x', dims: ['batch', steps, CHANNELS] }],
    outputs: [{ name: 'y', value: g.add('Squeeze', [y!, g.ints(1)]), dims: [steps, 'batch', HIDDEN] }],
  });
  return readOnnx({ bytes, file: 'r.onnx' });
}

const resolved = (graph: ReturnType<typeof layer>, steps = STEPS) =>
  resolveGraph({ graph, batch: BATCH, image: [steps, CHANNELS], file: 'r.onnx' });
function costsOf(graph: ReturnType<typeof layer>) {
  const network = resolved(graph);
  return graphCosts(network, weightRoles(network));
}

describe('first states', () => {
  const zeros = (g: GraphBuilder) => weights(g, 'h0', [1, BATCH, HIDDEN], 0);

  it('of zeros are none, whatever batch they were exported for', () => {
    const graph = layer({ rest: (g) => ['', zeros(g), zeros(g)] });
    expect(costsOf(graph)).toEqual(costsOf(layer()));
    const again = graphOfStructure(structureText({ graph, constants: new Set() }));
    expect(costsOf(again)).toEqual(costsOf(layer()));
  });

  it('of other numbers are learned, and drawn as tables of positions are', () => {
    const graph = layer({
      rest: (g) => ['', ...['h0', 'c0'].map((name) => weights(g, name, [1, BATCH, HIDDEN]))],
    });
    expect(weightRoles(resolved(graph)).map(({ kind }) => kind)).toEqual([
      'weight',
      'weight',
      'shift',
      'table',
      'table',
    ]);
  });
});

it('draws weights with the fan-in of a gate, also for one channel', () => {
  const shapes = [[1, 4 * HIDDEN, 1], ...SHAPES.slice(1)];
  const g = new GraphBuilder();
  const read = shapes.map((dims, i) => weights(g, `w${i}`, dims));
  const [y] = g.addMany('LSTM', ['x', ...read], { attributes: { hidden_size: HIDDEN }, results: 1 });
  const outputs = [{ name: 'y', value: y!, dims: [] }];
  const bytes = g.build({ name: 'r', inputs: [{ name: 'x', dims: [STEPS, BATCH, 1] }], outputs });
  const graph = readOnnx({ bytes, file: 'r.onnx' });
  const roles = weightRoles(resolveGraph({ graph, batch: STEPS, image: [BATCH, 1], file: 'r.onnx' }));
  expect(roles).toEqual([{ kind: 'weight', fanIn: 1 }, { kind: 'weight', fanIn: HIDDEN }, { kind: 'shift' }]);
});

it.each<[string, LayerArguments, RegExp]>([
  [
    'weights of another number of directions',
    { attributes: { direction: 'bidirectional' } },
    /input 1 has the shape \[1,20,3\]; must be \[2,20,3\]/,
  ],
  [
    'a hidden size that is not that of the weights',
    { attributes: { hidden_size: 9 } },
    /hidden_size is 9, but its weights have 5/,
  ],
  [
    'biases of another size',
    { shapes: [...SHAPES.slice(0, 2), [1, 2]] },
    /input 3 has the shape \[1,2\]; must be \[1,40\]/,
  ],
  [
    'activations that are no names',
    { attributes: { activations: 3 } },
    /activations must be a list of names/,
  ],
  ['clipping', { attributes: { clip: { float: 1 } } }, /attribute clip is not supported/],
  ['coupled gates', { attributes: { input_forget: 1 } }, /attribute input_forget is not supported/],
  [
    'sequences of different lengths',
    { rest: (g) => [g.add('Cast', [g.ints(STEPS, STEPS - 1)], { to: 6 })] },
    /sequences have different lengths; all must have 4 steps/,
  ],
  ['another layout', { attributes: { layout: 1 } }, /layout must be 0/],
  ['more steps than are written out', { steps: 1025 }, /has 1025 steps; at most 1024/],
])('refuses %s, with the node', (_, options, message) => {
  const steps = options.steps ?? STEPS;
  expect(() => resolved(layer(options), steps)).toThrow(message);
  expect(() => resolved(layer(options), steps)).toThrow(/^r\.onnx: node/);
});

it('exports a layer whose file gives the lengths of sequences', async () => {
  const lengths = (g: GraphBuilder) => g.tensor({ type: 'int64', dims: [BATCH], data: [STEPS, STEPS] });
  const graph = layer({ rest: (g) => [g.add('Cast', [lengths(g)], { to: 6 })] });
  const draw = randomDraw({ seed: 1, draw: 0 });
  const bytes = fileModel({ graph, resolution: 8 }).bytes(draw);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const shape = [BATCH, STEPS, CHANNELS];
  const out = await session.run({ [IMAGES]: new Tensor('float32', draw.input(shape), shape) });
  await session.release();
  expect(out[LOGITS]!.dims).toEqual([STEPS, BATCH, HIDDEN]);
});

it('takes one of stacked last states apart, and leaves other stacks as they are', () => {
  const stack = (parts: (g: GraphBuilder) => readonly string[]) => {
    const g = new GraphBuilder();
    const one = g.add('Gather', [
      g.add('Concat', parts(g), { axis: 0 }),
      g.tensor({ type: 'int64', dims: [], data: [-1] }),
    ]);
    const bytes = g.build({
      name: 's',
      inputs: [{ name: 'x', dims: [STEPS, BATCH, CHANNELS] }],
      outputs: [{ name: 'y', value: one, dims: [] }],
    });
    const graph = readOnnx({ bytes, file: 's.onnx' });
    const { tape, output } = resolveGraph({ graph, batch: STEPS, image: [BATCH, CHANNELS], file: 's.onnx' });
    const reached = new Set([output]);
    for (const { id, inputs } of [...tape.values].reverse())
      if (reached.has(id)) for (const each of inputs) reached.add(each);
    return [...reached].some((id) => tape.get(id).op === 'Concat');
  };
  const states = (g: GraphBuilder) =>
    ['a', 'b'].map((name) => {
      const read = SHAPES.map((dims, i) => weights(g, `${name}${i}`, dims));
      return g.addMany('LSTM', ['x', ...read], { attributes: { hidden_size: HIDDEN }, results: 2 })[1]!;
    });
  const means = (g: GraphBuilder) =>
    ['ReduceMean', 'ReduceMax'].map((op) => g.add(op, ['x', g.ints(0)], { keepdims: 1 }));
  expect(stack(states)).toBe(false);
  expect(stack(means)).toBe(true);
});
