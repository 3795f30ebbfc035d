// Tests that normalizations which PyTorch's exporter merged into other layers are put back where the file says so.
import { expect, it, test } from 'vitest';
import { unfuseNormalization } from '../../../../core/graph/exporters/unfuse-normalization.js';
import type { GraphNode, Initializer } from '../../../../core/graph/graph.js';
import { resolveGraph } from '../../../../core/graph/resolve.js';

const CALL =
  '%_native_batch_norm_legit : [num_users=1] = call_function[target=torch.ops.aten._native_batch_norm_legit.default](args = (%conv2d, %p_weight, %p_bias, %b_mean, %b_var, True, 0.1, 0.001), kwargs = {})';

const metadataOf = (rule: string, call = CALL) => [
  { key: 'pkg.torch.onnx.fx_node', value: call },
  { key: 'pkg.onnxscript.rewriter.rule_name', value: rule },
];

function unfuse(
  op: string,
  {
    shape,
    attributes = {},
    rule,
    call,
  }: {
    readonly shape: readonly number[];
    readonly attributes?: GraphNode['attributes'];
    readonly rule: string;
    readonly call?: string;
  },
) {
  const weight: Initializer = { shape, type: 'float', read: () => undefined };
  const initializers = new Map([['w', weight]]);
  const node = { op, name: 'n', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes };
  return {
    nodes: unfuseNormalization({ node, metadata: metadataOf(rule, call), initializers }),
    initializers,
  };
}

test.each([
  ['Conv', { shape: [8, 3, 3, 3] }, 8],
  ['ConvTranspose', { shape: [8, 3, 2, 2], attributes: { group: 2 } }, 6],
  ['Gemm', { shape: [10, 4], attributes: { transB: 1 } }, 10],
  ['Gemm', { shape: [4, 10] }, 10],
] as const)('%s of weights %o', (op, given, channels) => {
  const { nodes, initializers } = unfuse(op, {
    ...given,
    rule: `RemoveOptionalBiasFromConv, FuseBatchNormInto${op}`,
  });
  const [layer, normalization] = nodes as [GraphNode, GraphNode];
  expect(layer).toMatchObject({ op, inputs: ['x', 'w'], outputs: normalization.inputs.slice(0, 1) });
  expect(normalization).toMatchObject({
    op: 'BatchNormalization',
    outputs: ['y'],
    attributes: { epsilon: 0.001 },
  });
  for (const name of normalization.inputs.slice(1, 3))
    expect(initializers.get(name)!.shape).toEqual([channels]);
});

it.each([
  ['the usual one where the file has no call', '', 1e-5],
  ['the usual one where the call is another', 'conv2d args = (%x, %w, [1, 1], 2), kwargs = {}', 1e-5],
  ['the usual one for 0', 'batch_norm args = (%x, 0.0), kwargs = {}', 1e-5],
  ['the usual one for no finite number', 'batch_norm args = (%x, 1e999), kwargs = {}', 1e-5],
  ['that of the call behind other text', '), kwargs, batch_norm args = (%x, 0.25), kwargs = {}', 0.25],
])('takes as epsilon %s', (_, call, epsilon) => {
  const { nodes } = unfuse('Conv', { shape: [8, 3, 3, 3], rule: 'FuseBatchNormIntoConv', call });
  expect(nodes[1]!.attributes.epsilon).toBe(epsilon);
});

it('belongs to the modules of its layer', () => {
  const initializers = new Map([
    ['w', { shape: [8, 3, 1, 1], type: 'float', read: () => undefined } as const],
  ]);
  const node = {
    op: 'Conv',
    name: 'n',
    inputs: ['x', 'w'],
    outputs: ['y'],
    attributes: {},
    modules: ['stem'],
  };
  const nodes = unfuseNormalization({ node, metadata: metadataOf('FuseBatchNormIntoConv'), initializers });
  expect(nodes.map(({ modules }) => modules)).toEqual([['stem'], ['stem']]);
});

it('reads a call of any length in one pass', () => {
  const call = 'batch_norm args = (, '.repeat(200_000);
  const { nodes } = unfuse('Conv', { shape: [8, 3, 3, 3], rule: 'FuseBatchNormIntoConv', call });
  expect(nodes[1]!.attributes.epsilon).toBe(1e-5);
});

it('leaves other nodes as they are, and layers whose weight is computed', () => {
  expect(unfuse('Conv', { shape: [8, 3, 3, 3], rule: 'RemoveOptionalBiasFromConv' }).nodes).toHaveLength(1);
  expect(unfuse('Relu', { shape: [8], rule: 'FuseBatchNormIntoConv' }).nodes).toHaveLength(1);
  const node = { op: 'Conv', name: 'n', inputs: ['x', 'made'], outputs: ['y'], attributes: {} };
  const metadata = metadataOf('FuseBatchNormIntoConv');
  expect(unfuseNormalization({ node, metadata, initializers: new Map() })).toEqual([node]);
});

it('is drawn and counted like any other normalization; the bias that it merged into is not read', () => {
  const { nodes, initializers } = unfuse('Conv', { shape: [8, 3, 1, 1], rule: 'FuseBatchNormIntoConv' });
  const inputs = [{ name: 'x', shape: [undefined, 3, 4, 4] }];
  const graph = { opset: 18, inputs, outputs: ['y'], nodes, initializers };
  const resolved = resolveGraph({ graph, batch: 2, image: [3, 4, 4], file: 'x.onnx' });
  expect(resolved.weights.map(({ shape }) => shape)).toEqual([[8, 3, 1, 1], [8], [8]]);
  expect(resolved.tape.values.some(({ op }) => op === 'StandardizeChannels')).toBe(true);
});

it('takes what the older exporter computed for a convolution and its bias for a merged normalization', () => {
  const weight: Initializer = { shape: [8, 3, 3, 3], type: 'float', read: () => undefined };
  const nodesOf = (inputs: readonly string[]) => {
    const initializers = new Map([[inputs[1]!, weight]]);
    const node: GraphNode = { op: 'Conv', name: 'n', inputs, outputs: ['y'], attributes: {} };
    return unfuseNormalization({ node, metadata: [], initializers }).map(({ op }) => op);
  };
  expect(nodesOf(['x', 'onnx::Conv_12', 'onnx::Conv_13'])).toEqual(['Conv', 'BatchNormalization']);
  // A standardized weight is computed too; its bias is a parameter, or there is none.
  expect(nodesOf(['x', 'onnx::Conv_12', 'stem.bias'])).toEqual(['Conv']);
  expect(nodesOf(['x', 'onnx::Conv_12'])).toEqual(['Conv']);
  expect(nodesOf(['x', 'stem.weight', 'stem.bias'])).toEqual(['Conv']);
});
