// Tests the features of networks whose streams run side by side, so that no tensor is on every path.
import { describe, expect, it } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

interface Stream {
  readonly name: string;
  readonly channels: number;
  readonly blocks: number;
}

/** Streams of tokens from the same images; each block also reads the mean of the other stream. */
function features(streams: readonly [Stream, Stream]) {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const sums: string[][] = [[], []];
  const values = streams.map(({ name, channels }) => {
    const patches = g.add('Conv', ['x', weight(`${name}patch`, channels, 3, 4, 4)], { strides: [4, 4] });
    const rows = g.add('Reshape', [patches, g.ints(0, channels, -1)]);
    return g.add('Transpose', [rows], { perm: [0, 2, 1] });
  });
  const mean = (x: string) => g.add('ReduceMean', [x, g.ints(1)], { keepdims: 1 });
  for (let block = 0; block < Math.max(...streams.map(({ blocks }) => blocks)); block++)
    streams.forEach(({ name, channels, blocks }, i) => {
      if (block >= blocks) return;
      const other = streams[1 - i]!.channels;
      const inner = g.add('MatMul', [values[i]!, weight(`${name}${block}`, channels, channels)]);
      const across = g.add('MatMul', [mean(values[1 - i]!), weight(`${name}${block}x`, other, channels)]);
      values[i] = g.add('Add', [values[i]!, g.add('Relu', [g.add('Mul', [inner, across])])]);
      sums[i]!.push(values[i]!);
    });
  const value = g.add('Concat', values.map(mean), { axis: 2 });
  const bytes = g.build({
    name: 'streams',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value, dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'streams' });
  const network = graphNetwork({ graph, batch: 2, image: [3, 16, 16], wanted: 'stages', file: 'streams' });
  return { found: network.features.map(({ name }) => name), sums, network };
}

const stream = (name: string, channels: number, blocks: number): Stream => ({ name, channels, blocks });

describe('streams that run side by side', () => {
  it.each([0, 1])('are measured in the longer one, place %i', (place) => {
    const [short, long] = [stream('short', 8, 2), stream('long', 16, 4)];
    const { found, sums, network } = features(place === 1 ? [short, long] : [long, short]);
    expect(found).toEqual(sums[place]);
    expect(network.found).toBe('blocks');
    expect(network.features.map(({ positions, channelAxis }) => [positions, channelAxis])).toEqual(
      found.map(() => [[16], 2]),
    );
  });

  it('are measured in the one that ends nearest to the output, if both are as long', () => {
    const { found, sums } = features([stream('first', 8, 3), stream('last', 16, 3)]);
    expect(found).toEqual(sums[1]);
  });

  // The sum of the first stream is on every path from its patches; those of the second also reach the output through it.
  it('are measured along the first branch of two with one residual sum each', () => {
    const { found, sums, network } = features([stream('a', 8, 1), stream('b', 16, 1)]);
    expect(network.features.map(({ shape }) => shape)).toEqual([
      [2, 16, 8],
      [2, 16, 8],
    ]);
    expect(found[1]).toBe(sums[0]![0]);
  });
});

/** Three blocks of convolutions with residual sums, within one more residual connection. */
function nested(block: (g: GraphBuilder, x: string, conv: (x: string) => string) => string) {
  const g = new GraphBuilder();
  let count = 0;
  const conv = (x: string, from = 4) => {
    const dims = [4, from, 3, 3];
    const weight = g.weights({ name: `w${count++}`, dims, data: new Float32Array(36 * from) });
    return g.add('Conv', [x, weight], { pads: [1, 1, 1, 1] });
  };
  const stem = conv('x', 3);
  const sums: string[] = [];
  for (let i = 0, x = stem; i < 3; i++) {
    x = block(g, x, (value) => g.add('Relu', [conv(value)]));
    sums.push(x);
  }
  sums.push(g.add('Add', [stem, sums.at(-1)!]));
  const bytes = g.build({
    name: 'nested',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('GlobalAveragePool', [sums.at(-1)!]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const network = graphNetwork({ graph, batch: 2, image: [3, 16, 16], wanted: 'stages', file: 'x.onnx' });
  return { found: network.features.map(({ name }) => name), sums };
}

describe('a residual connection around many blocks', () => {
  it('hides none of their sums', () => {
    const { found, sums } = nested((g, x, conv) => g.add('Add', [x, conv(x)]));
    // The last of them is only a part of the sum around all.
    expect(found).toEqual(sums.filter((_, i) => i !== 2));
  });

  it('has one feature for a sum of three terms', () => {
    const { found, sums } = nested((g, x, conv) => g.add('Add', [g.add('Add', [x, conv(x)]), conv(x)]));
    expect(found).toEqual(sums.filter((_, i) => i !== 2));
  });
});
