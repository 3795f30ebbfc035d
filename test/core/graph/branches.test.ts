// Tests the features of networks whose branches run side by side from the input to the output.
import { expect, it } from 'vitest';
import { isMuchBeside } from '../../../core/graph/feature-coverage.js';
import { graphNetwork, type WantedFeatures } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const SIDE = 16;

/** A network of images [batch, 3, 16, 16]; `wire` returns its output. */
function build(wire: (g: GraphBuilder) => string, wanted: WantedFeatures = 'stages') {
  const g = new GraphBuilder();
  const value = wire(g);
  const inputs = [{ name: 'x', dims: ['batch', 3, SIDE, SIDE] }];
  const bytes = g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }], opset: 17 });
  const graph = readOnnx({ bytes, file: 'network.onnx' });
  return graphNetwork({ graph, batch: 2, image: [3, SIDE, SIDE], wanted, file: 'network.onnx' });
}

interface Layer {
  readonly from: number;
  readonly to: number;
  readonly stride?: number;
}

/** A convolution of 3x3 and a ReLU. */
function conv(g: GraphBuilder, x: string, { from, to, stride = 1 }: Layer): string {
  const dims = [to, from, 3, 3];
  const data = new Float32Array(to * from * 9);
  const weight = g.weights({ name: `weight of ${x} to ${to}`, dims, data });
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] };
  return g.add('Relu', [g.add('Conv', [x, weight], attributes)]);
}

/** Halves the sides in each layer. */
const chain = (g: GraphBuilder, x: string, widths: readonly number[]) =>
  widths.slice(1).reduce((each, to, i) => conv(g, each, { from: widths[i]!, to, stride: 2 }), x);

const classify = (g: GraphBuilder, x: string, channels: number) => {
  const pooled = g.add('Flatten', [g.add('GlobalAveragePool', [x])], { axis: 1 });
  const weight = g.weights({
    name: `classes of ${x}`,
    dims: [channels, 4],
    data: new Float32Array(4 * channels),
  });
  return g.add('MatMul', [pooled, weight]);
};

const shapes = ({ features }: ReturnType<typeof build>) =>
  features.map(({ shape }) => shape.slice(1).join('x'));

const ensemble = (first: readonly number[], second: readonly number[]) => (g: GraphBuilder) =>
  g.add('Add', [
    classify(g, chain(g, 'x', first), first.at(-1)!),
    classify(g, chain(g, 'x', second), second.at(-1)!),
  ]);

const LARGE = [3, 8, 12, 16];
const SMALL = [3, 4, 6];

it.each([
  ['first', LARGE, SMALL],
  ['second', SMALL, LARGE],
])('of an ensemble are those of the network that computes most, here the %s', (_, first, second) => {
  const found = build(ensemble(first, second));
  expect(shapes(found)).toEqual(['8x8x8', '12x4x4', '16x2x2']);
  expect(found.found).toBe('stages');
  expect(isMuchBeside(found)).toBe(false);
  expect(shapes(build(ensemble(first, second), 'blocks'))).toEqual(['8x8x8', '12x4x4', '16x2x2']);
});

it('of an ensemble of equal networks are those of one, and much is computed beside them', () => {
  const found = build((g) =>
    g.add('Add', [
      classify(g, chain(g, 'x', LARGE), 16),
      classify(g, chain(g, g.add('Neg', ['x']), LARGE), 16),
    ]),
  );
  expect(shapes(found)).toEqual(['8x8x8', '12x4x4', '16x2x2']);
  expect(isMuchBeside(found)).toBe(true);
});

it('of a slow and a fast stream are those of the one that reads the other', () => {
  const found = build((g) => {
    let slow = conv(g, 'x', { from: 3, to: 8 });
    let fast = conv(g, g.add('Neg', ['x']), { from: 3, to: 2 });
    for (const [before, after] of [
      [8, 12],
      [12, 16],
    ] as const) {
      slow = conv(g, g.add('Concat', [slow, fast], { axis: 1 }), { from: before + 2, to: after, stride: 2 });
      fast = conv(g, fast, { from: 2, to: 2, stride: 2 });
    }
    return g.add('Add', [classify(g, slow, 16), classify(g, fast, 2)]);
  });
  expect(shapes(found)).toEqual(['10x16x16', '14x8x8', '16x4x4']);
});

it('are found behind a fork within a branch', () => {
  const found = build((g) => {
    const pooled = g.add('MaxPool', ['x'], { kernel_shape: [2, 2], strides: [2, 2] });
    const inner = g.add('Add', [
      classify(g, chain(g, pooled, LARGE), 16),
      classify(g, chain(g, pooled, SMALL), 6),
    ]);
    return g.add('Add', [inner, classify(g, conv(g, 'x', { from: 3, to: 1, stride: 4 }), 1)]);
  });
  expect(shapes(found)).toEqual(['3x8x8', '8x4x4', '12x2x2']);
});

it('are those of all stages, where the pooled maps of all are joined', () => {
  const found = build((g) => {
    const stages = [3, 4, 8, 16].reduce<{ x: string; scores: readonly string[] }>(
      ({ x, scores }, to, i, widths) => {
        if (i === 0) return { x, scores };
        const map = conv(g, x, { from: widths[i - 1]!, to, stride: 2 });
        return { x: map, scores: [...scores, classify(g, map, to)] };
      },
      { x: 'x', scores: [] },
    );
    return g.add('Concat', stages.scores, { axis: 1 });
  });
  expect(shapes(found)).toEqual(['4x8x8', '8x4x4', '16x2x2']);
  expect(isMuchBeside(found)).toBe(false);
});

it.each<WantedFeatures>([
  'stages',
  'blocks',
  { proxies: { expressivity: 'stages', progressivity: 'blocks', trainability: 'blocks' } },
])('are the last values of layers, where a branch has neither merges nor stages: %j', (wanted) => {
  const branch = (g: GraphBuilder, widths: readonly [number, number]) => {
    const first = conv(g, 'x', { from: 3, to: widths[0] });
    return classify(g, conv(g, first, { from: widths[0], to: widths[1] }), widths[1]);
  };
  const found = build((g) => g.add('Add', [branch(g, [2, 3]), branch(g, [4, 6])]), wanted);
  expect(shapes(found)).toEqual(['4x16x16', '6x16x16']);
  expect(found.features.map(({ id }) => found.graph.tape.get(id).op)).toEqual(['Relu', 'Relu']);
});

it('are missing where no branch has two', () => {
  const shallow = (g: GraphBuilder, to: number) => classify(g, conv(g, 'x', { from: 3, to, stride: 16 }), to);
  expect(() => build((g) => g.add('Add', [shallow(g, 4), shallow(g, 5)]))).toThrow(/has no feature/);
});

it('are the same, whatever the proxies read', () => {
  const proxies = { expressivity: 'stages', progressivity: 'blocks', trainability: 'blocks' } as const;
  const found = build(ensemble(SMALL, LARGE), { proxies });
  expect(shapes(found)).toEqual(['8x8x8', '12x4x4', '16x2x2']);
  expect(found.graph.branches).toBeDefined();
});
