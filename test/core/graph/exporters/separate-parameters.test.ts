// Tests that parameters which an exporter made one tensor are told apart where the file says which is which.
import { expect, test } from 'vitest';
import { separateParameters } from '../../../../core/graph/exporters/separate-parameters.js';
import type { Initializer } from '../../../../core/graph/graph.js';

const float: Initializer = { shape: [8], type: 'float', read: () => undefined };
const integers: Initializer = { shape: [2], type: 'int', read: () => undefined };

const norm = (output: string, inputs: readonly string[], call: string) => ({
  opType: 'LayerNormalization',
  inputs: [...inputs],
  outputs: [output],
  metadata: [
    { key: 'pkg.torch.onnx.fx_node', value: `%n : call_function[target=x](args = (${call}), kwargs = {})` },
  ],
});

function inputsOf(...nodes: ReturnType<typeof norm>[]) {
  const initializers = new Map([
    ['one', float],
    ['zero', float],
    ['shape', integers],
  ]);
  const separate = separateParameters(nodes, initializers);
  return { inputs: separate.map(({ inputs }) => inputs), initializers };
}

test('each parameter has a tensor, the same one at each place', () => {
  const { inputs, initializers } = inputsOf(
    norm('a', ['x', 'one', 'zero'], '%x, [8], %p_a_weight, %p_a_bias, 1e-05'),
    norm('b', ['a', 'one', 'zero'], '%a, [8], %p_b_weight, %p_b_bias, 1e-05'),
    norm('c', ['b', 'one', 'zero'], '%b, [8], %p_a_weight, %p_a_bias, 1e-05'),
  );
  expect(inputs).toEqual([
    ['x', 'one', 'zero'],
    ['a', 'one as p_b_weight', 'zero as p_b_bias'],
    ['b', 'one', 'zero'],
  ]);
  expect(initializers.get('one as p_b_weight')).toBe(float);
});

test('tensors that cannot be told apart stay as in the file', () => {
  const first = norm('a', ['x', 'one', 'zero'], '%x, %p_a_weight, %p_a_bias');
  const { inputs } = inputsOf(first, norm('b', ['a', 'one', 'zero'], '%a, %p_b_bias'), {
    ...norm('c', ['b', 'one', 'shape'], '%b, %p_c_weight'),
    metadata: [],
  });
  expect(inputs).toEqual([
    ['x', 'one', 'zero'],
    ['a', 'one', 'zero'],
    ['b', 'one', 'shape'],
  ]);
  // Integers are no parameters.
  expect(inputsOf(first, norm('c', ['b', 'one', 'shape'], '%b, %p_c_weight')).inputs[1]).toEqual([
    'b',
    'one as p_c_weight',
    'shape',
  ]);
});

const NORM = '%x, [8], %p_n_weight, %p_n_bias, %b_mean, %b_var, 1e-05';

test('a call that is written as several nodes reads its parameters in their order', () => {
  const [weight, bias] = [norm('product', ['x', 'one'], NORM), norm('sum', ['product', 'zero'], NORM)];
  const first = norm('a', ['x', 'one', 'zero'], '%x, %p_a_weight, %p_a_bias');
  expect(inputsOf(first, weight, bias).inputs.slice(1)).toEqual([
    ['x', 'one as p_n_weight'],
    ['product', 'zero as p_n_bias'],
  ]);
  // A call of which the file lacks one parameter.
  expect(inputsOf(first, weight).inputs[1]).toEqual(['x', 'one']);
});

test('a node with all parameters of its call reads them, whatever else the call is written as', () => {
  const first = norm('a', ['x', 'one', 'zero'], '%x, %p_a_weight, %p_a_bias');
  const whole = norm('product', ['x', 'one', 'zero'], NORM);
  expect(inputsOf(first, whole, norm('more', ['product', 'one'], NORM)).inputs.slice(1)).toEqual([
    ['x', 'one as p_n_weight', 'zero as p_n_bias'],
    ['product', 'one'],
  ]);
});

test('buffers and running statistics are no parameters', () => {
  const first = norm('a', ['x', 'one', 'zero'], '%x, %p_a_weight, %p_a_bias');
  const batch = { ...norm('n', ['a', 'one', 'zero', 'zero', 'one'], NORM), opType: 'BatchNormalization' };
  expect(inputsOf(first, batch).inputs[1]).toEqual([
    'a',
    'one as p_n_weight',
    'zero as p_n_bias',
    'zero',
    'one',
  ]);
  const initializers = new Map([
    ['one', float],
    ['table', { ...float, isBuffer: true as const }],
  ]);
  const nodes = [norm('a', ['x', 'one'], '%x, %p_a'), norm('b', ['a', 'one', 'table'], '%a, %p_b, %b_table')];
  expect(separateParameters(nodes, initializers)[1]!.inputs).toEqual(['a', 'one as p_b', 'table']);
});

test('a call whose bias of zeros was left out reads its weight', () => {
  const first = norm('a', ['x', 'one', 'zero'], '%x, %p_a_weight, %p_a_bias');
  const linear = norm('b', ['a', 'one'], '%a, %p_b_weight, %p_b_bias');
  const rule = { key: 'pkg.onnxscript.rewriter.rule_name', value: 'RemoveOptionalBiasFromGemm' };
  const without = { ...linear, metadata: [...linear.metadata, rule] };
  expect(inputsOf(first, without).inputs[1]).toEqual(['a', 'one as p_b_weight']);
  expect(inputsOf(first, linear).inputs[1]).toEqual(['a', 'one']);
});

test('nodes of a call may be in any order where their tensors have the names of its parameters', () => {
  const call = '%x, %p_layers_0_norm_weight, %p_layers_0_norm_bias';
  const weight = (of: string) => norm(`w${of}`, ['layers.0.Norm.weight'], call.replace('%x', of));
  const bias = (of: string) => norm(`b${of}`, ['layers.0.Norm.bias'], call.replace('%x', of));
  const initializers = new Map([
    ['layers.0.Norm.weight', float],
    ['layers.0.Norm.bias', float],
  ]);
  const nodes = [bias('%y'), weight('%y'), weight('%z'), bias('%z')];
  expect(separateParameters(nodes, initializers).map(({ inputs }) => inputs)).toEqual(
    nodes.map(({ inputs }) => inputs),
  );
  expect(initializers.size).toBe(2);
});
