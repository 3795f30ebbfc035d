// Tests the names of PyTorch modules in files of both exporters, and the output tensor of each module.
import { expect, it } from 'vitest';
import { moduleOutputs, modulesOf } from '../../../../core/graph/exporters/module-names.js';

it.each([
  ['/layer1/layer1.0/conv1/Conv', ['layer1', 'layer1.0', 'layer1.0.conv1']],
  [
    '/features/features.3/block/block.0/block.0.2/Relu',
    ['features', 'features.3', 'features.3.block', 'features.3.block.0', 'features.3.block.0.2'],
  ],
  ['/layers.0/attn/qkv/MatMul', ['layers.0', 'layers.0.attn', 'layers.0.attn.qkv']],
  // A name that only begins like that of the module around it.
  ['/block/block2/Conv', ['block', 'block.block2']],
  ['/Flatten', []],
  ['model/stem/Conv', []],
  ['Conv_12', []],
])('reads the modules of the node %s', (name, modules) => {
  expect(modulesOf({ name })).toEqual(modules);
});

it('reads the modules that the newer exporter writes beside a node', () => {
  const metadata = [
    { key: 'namespace', value: ': ResNet/layer1: Sequential' },
    { key: 'pkg.torch.onnx.name_scopes', value: "['', 'layer1', 'layer1.0', 'conv2d_1']" },
  ];
  expect(modulesOf({ name: 'node_conv2d_1', metadata })).toEqual(['layer1', 'layer1.0']);
});

it('takes the tensor that others read of a module, or that the network ends with', () => {
  const node = (output: string, inputs: readonly string[], modules: readonly string[]) => ({
    op: 'Relu',
    name: output,
    inputs,
    outputs: [output],
    attributes: {},
    modules,
  });
  const nodes = [
    // A constant that two modules share has the name of the first.
    node('number', [], ['body', 'body.0']),
    node('a', ['x'], ['stem']),
    node('b', ['a'], ['body', 'body.0']),
    node('c', ['b'], ['body', 'body.1']),
    node('inner', ['c'], ['body', 'body.1']),
    node('shared', ['number'], ['body', 'body.1']),
    { ...node('size', ['c'], ['body', 'body.1']), op: 'Shape' },
    node('d', ['c', 'shared', 'size'], ['head']),
  ];
  const inputs = [{ name: 'x', shape: [undefined, 3, 8, 8] }];
  expect(Object.fromEntries(moduleOutputs({ inputs, nodes, outputs: ['d'] }))).toEqual({
    stem: 'a',
    body: 'c',
    'body.0': 'b',
    'body.1': 'c',
    head: 'd',
  });
});
