// Tests what is said of a network whose score is worth little: vectors with too few images, and outputs that are probabilities.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { notesOnLowest } from '../../../client/networks/lowest-notes.js';
import { notesOnBuffers } from '../../../client/networks/network-notes.js';
import { scoreNetworks } from '../../../client/networks/score-networks.js';
import type { Initializer } from '../../../core/graph/graph.js';
import { hasJacobian } from '../../../core/graph/statistics.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import type { ProxyName } from '../../../core/specification/families.js';

const folder = mkdtempSync(join(tmpdir(), 'notes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a perceptron of 6, 12, 9 and 3 channels, and scores it. */
async function notesOn({
  end,
  batch,
  proxies,
}: {
  readonly end?: string;
  readonly batch: number;
  readonly proxies?: readonly ProxyName[];
}): Promise<readonly string[]> {
  const g = new GraphBuilder();
  const linear = (x: string, name: string, dims: readonly [number, number]) =>
    g.add('MatMul', [x, g.weights({ name, dims, data: new Float32Array(dims[0] * dims[1]) })]);
  const hidden = g.add('Relu', [linear(g.add('Relu', [linear('x', 'a', [6, 12])]), 'b', [12, 9])]);
  const scores = linear(hidden, 'c', [9, 3]);
  const value = end === undefined ? scores : g.add(end, [scores]);
  const file = join(folder, 'network.onnx');
  const inputs = [{ name: 'x', dims: ['batch', 6] }];
  writeFileSync(file, g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }] }));
  const load = { batch, features: 'stages', normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 0, threads: 1, ...(proxies ? { proxies } : {}) };
  return (await scoreNetworks({ files: [file], options }))[0]!.notes;
}

it('names the batch that gives vectors enough samples', async () => {
  expect(await notesOn({ batch: 8 })).toEqual([
    'has features that are vectors, so that their samples are the images alone: 8 for 12 channels, which say more about the sample than about the network; a batch of 12 would be enough',
  ]);
  expect(await notesOn({ batch: 12 })).toEqual([]);
});

it('names the batch that gives a map enough samples', async () => {
  const file = fileURLToPath(new URL('../../../examples/networks/small-resnet.onnx', import.meta.url));
  const notesAt = async (batch: number) => {
    const load = { batch, features: 'stages', normalization: 'file' } as const;
    const options = { load, draws: 1, seed: 0, threads: 1, proxies: ['flops'] } as const;
    return (await scoreNetworks({ files: [file], options }))[0]!.notes;
  };
  expect(await notesAt(23)).toEqual([
    'has a feature with 23 x 4 = 92 samples for 96 channels, which says more about the sample than about the network; a batch of 24, or larger images, would be enough',
  ]);
  expect(await notesAt(24)).toEqual([]);
});

it('says where no block has a Jacobian, because positions do not correspond', () => {
  const shapes = { map: [4, 6, 5, 5], vector: [4, 6] };
  const feature = (name: keyof typeof shapes, positions: readonly number[]) => {
    const layout = { channelAxis: 1, imageAxis: 0 } as const;
    return { id: 0, name, shape: shapes[name], positions, ...layout };
  };
  const [map, vector] = [feature('map', [5, 5]), feature('vector', [1])];
  expect(hasJacobian([map, vector])).toBe(false);
  expect(hasJacobian([map, vector, vector])).toBe(true);
  const lowest = [{ trainability: Number.NEGATIVE_INFINITY }];
  expect(notesOnLowest(lowest, false)).toEqual([
    'has no two neighbouring features whose positions correspond, so that no block has a Jacobian: trainability is minus infinity, and it comes last; name other features',
  ]);
  expect(notesOnLowest(lowest, true)[0]).toMatch(
    /^has a block whose Jacobian is not finite in float32.* or is the identity/,
  );
});

it('names the proxies that take probabilities for class scores', async () => {
  const proxies = ['naswot', 'grad-norm', 'snip'] as const;
  expect(await notesOn({ batch: 12, end: 'Softmax', proxies })).toEqual([
    'ends with Softmax, whose results snip, grad-norm take for class scores: let `forward` return what it reads, as for a cross entropy, and export the network again',
  ]);
  expect(await notesOn({ batch: 12, proxies })).toEqual([]);
  expect(await notesOn({ batch: 12, end: 'Softmax', proxies: ['naswot'] })).toEqual([]);
});

it('names a buffer without numbers, which is drawn like a weight', () => {
  const tensor = (numbers?: Float64Array, isBuffer = true): Initializer => ({
    shape: [2],
    type: 'float',
    read: () => numbers,
    ...(isBuffer ? { isBuffer: true as const } : {}),
  });
  const notesOf = (initializers: Readonly<Record<string, Initializer>>) => {
    const inputs = ['x', ...Object.keys(initializers).filter((name) => name !== 'unread')];
    const nodes = [{ op: 'Sum', name: 'sum', inputs, outputs: ['y'], attributes: {} }];
    return notesOnBuffers({ nodes, initializers: new Map(Object.entries(initializers)) });
  };
  expect(
    notesOf({ weight: tensor(undefined, false), kernel: tensor(new Float64Array(2)), unread: tensor() }),
  ).toEqual([]);
  expect(notesOf({ kernel: tensor() })).toEqual([
    'the numbers of its buffer "kernel" are neither in the file nor in a data file beside it, and are drawn like weights: copy the data file to the folder of the model',
  ]);
  expect(notesOf({ a: tensor(), b: tensor(), c: tensor() })[0]).toMatch(
    /^the numbers of its buffer "a" and of 2 more are/,
  );
});
