// Tests that buffers of modules keep their numbers and are no parameters, also in the stored structure.
import { expect, it } from 'vitest';
import type { Graph } from '../../../core/graph/graph.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { graphOfStructure, structureText } from '../../../core/graph/structure.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const TABLE = Float32Array.from({ length: 256 }, (_, i) => i / 10);
const CONVOLUTIONS = 4 * 3 * 9 + 4 * 4 * 9;

/** Two convolutions, and a table [4, 8, 8] that multiplies the maps between them. */
function networkOf(table: Float32Array | undefined): Graph {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, w: string) => g.add('Relu', [g.add('Conv', [x, w], { pads: [1, 1, 1, 1] })]);
  const first = conv('x', weight('a', 4, 3, 3, 3));
  const scaled = g.add('Mul', [first, g.weights({ name: 'table', dims: [4, 8, 8], data: TABLE })]);
  const pooled = g.add('MaxPool', [scaled], { kernel_shape: [2, 2], strides: [2, 2] });
  const value = conv(pooled, weight('b', 4, 4, 3, 3));
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value, dims: [2, 4, 4, 4] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const buffer = { shape: [4, 8, 8], type: 'float', isBuffer: true } as const;
  const read = () => table && Float64Array.from(table);
  return { ...graph, initializers: new Map([...graph.initializers, ['table', { ...buffer, read }]]) };
}

const prepare = (graph: Graph) =>
  graphNetwork({ graph, batch: 2, image: [3, 8, 8], wanted: 'blocks', file: 'x.onnx' });

it('keep their numbers, here and in the stored structure', () => {
  const graph = networkOf(TABLE);
  const stored = graphOfStructure(structureText({ graph, constants: new Set(['table']) }));
  for (const { roles, costs, graph: resolved } of [prepare(graph), prepare(stored)]) {
    expect(roles.map(({ kind }) => kind)).toEqual(['weight', 'constant', 'weight']);
    expect(costs.parameters).toBe(CONVOLUTIONS);
    expect(Float32Array.from(resolved.weights[1]!.initializer.read()!)).toEqual(TABLE);
  }
});

it('are drawn like a weight in their place where the file has no numbers, and still not counted', () => {
  const { roles, costs } = prepare(networkOf(undefined));
  expect(roles.map(({ kind }) => kind)).toEqual(['weight', 'scale', 'weight']);
  expect(costs.parameters).toBe(CONVOLUTIONS);
});
