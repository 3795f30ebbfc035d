// Tests what exported files say whatever the candidate is: one line of comment, the image, and initial parameters.
import { expect, test } from 'vitest';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { openSpace } from '../../../core/spaces/index.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';
import { initializersOf } from '../../support/onnx-initializers.js';

const darts = openSpace({ kind: 'darts' });
const exported = [nasBench201, darts].map((space) =>
  candidateFiles({
    space,
    candidate: space.random({ seed: 1, draw: 0, name: 'test' }),
    resolution: 32,
  }),
);

test('a comment of several lines is one, so that none of it is code', () => {
  for (const files of exported) {
    const [first, second] = files.pytorch('a\nimport os\r\nprint(1)').split('\n');
    expect(first).toBe('# a import os  print(1)');
    expect(second).toMatch(/^import torch/);
  }
});

test('an image has the channels of the network', () => {
  const candidate = nasBench201.random({ seed: 1, draw: 0, name: 'test' });
  const grey = {
    costs: nasBench201.costs,
    network: (at: Parameters<typeof nasBench201.network>[0]) => ({
      ...nasBench201.network(at),
      inputChannels: 1,
    }),
  };
  expect(candidateFiles({ space: grey, candidate, resolution: 16 }).inputs[0]!.shape).toEqual([1, 16, 16]);
  expect(candidateFiles({ space: nasBench201, candidate, resolution: 16 }).inputs[0]!.shape).toEqual([
    3, 16, 16,
  ]);
});

test('parameters have names of their own in Python, also where blocks are named like modules, or all alike', () => {
  const candidate = nasBench201.random({ seed: 1, draw: 1, name: 'test' });
  const resolution = 16;
  const { stem, blocks, ...rest } = nasBench201.network({ candidate, resolution });
  const filesOf = (renamed: (name: string) => string) => {
    const odd = [stem, ...blocks].map((block) => ({ ...block, name: renamed(block.name) }));
    const network = () => ({ ...rest, stem: odd[0]!, blocks: odd.slice(1) });
    const files = candidateFiles({ space: { costs: nasBench201.costs, network }, candidate, resolution });
    const parameters = initializersOf(files.onnx(randomDraw({ seed: 1, draw: 0 }))).map(({ name }) => name);
    const modules = [...files.pytorch('').matchAll(/^ {8}self\.(.*?) = /gm)].map(([, name]) => name);
    return { parameters, modules };
  };
  const usual = filesOf((name) => name);
  for (const renamed of [(name: string) => `1.${name}-\u00e9`, () => 'last', () => '']) {
    const { parameters, modules } = filesOf(renamed);
    expect(new Set(parameters).size).toBe(usual.parameters.length);
    expect(new Set(modules).size).toBe(usual.modules.length);
    for (const name of modules) expect(name).toMatch(/^[A-Za-z_]\w*$/);
  }
});

test('biases begin with 0, running means with 0 and running variances with 1', () => {
  for (const files of exported) {
    const all = initializersOf(files.onnx(randomDraw({ seed: 1, draw: 0 })));
    for (const [ending, value] of [
      ['bias', 0],
      ['running_mean', 0],
      ['running_var', 1],
    ] as const) {
      const these = all.filter(({ name }) => name.endsWith(ending));
      expect(these.length).toBeGreaterThan(0);
      for (const { bytes } of these) {
        const numbers = new Float32Array(Uint8Array.from(bytes).buffer);
        expect(new Set(numbers)).toEqual(new Set([value]));
      }
    }
  }
});

/** The network of a random candidate, exported and read back, and the parameters that its space counts. */
function readBack(space: Space, resolution: number) {
  const candidate = space.random({ seed: 1, draw: 0, name: 'test' });
  const file = 'exported.onnx';
  const bytes = candidateFiles({ space, candidate, resolution }).onnx(randomDraw({ seed: 1, draw: 0 }));
  const at = { batch: 2, image: [3, resolution, resolution], wanted: 'blocks' as const, file };
  const network = graphNetwork({ ...at, graph: readOnnx({ bytes, file }) });
  return { network, counted: space.costs({ candidate, resolution }).parameters };
}

test('read back, a transformer has the parameters of its space: where tokens are in the image is no weight', () => {
  const { network, counted } = readBack(openSpace({ kind: 'autoformer', size: 'tiny' }), 64);
  expect(network.costs.parameters).toBe(counted);
  const constants = network.graph.weights.filter((_, i) => network.roles[i]!.kind === 'constant');
  // A class token and 4 x 4 patches; 4 rows, 4 columns and the class token.
  expect(constants.map(({ shape }) => shape)).toEqual([[17, 9]]);
});

test('read back, a network of DARTS has the parameters of its space: some normalizations have none', () => {
  const { network, counted } = readBack(openSpace({ kind: 'darts', cells: 4, channels: 4 }), 16);
  expect(network.costs.parameters).toBe(counted);
});
