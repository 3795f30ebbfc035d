// Tests that a network of several outputs is scored by the first, and that a note says where another one needs more.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A network whose outputs, in an order, are a map in the middle, the class scores, and those of an auxiliary head. */
async function notesOf(...order: readonly ('map' | 'scores' | 'aux')[]) {
  const g = new GraphBuilder();
  const conv = (x: string, i: number, from: number) => {
    const weight = g.weights({ name: `w${i}`, dims: [8, from, 3, 3], data: new Float32Array(72 * from) });
    return g.add('Relu', [g.add('Conv', [x, weight], { pads: [1, 1, 1, 1], strides: [2, 2] })]);
  };
  const mean = (x: string) => g.add('Flatten', [g.add('GlobalAveragePool', [x])]);
  const map = conv(conv('x', 0, 3), 1, 8);
  const values = { map, scores: mean(conv(map, 2, 8)), aux: mean(conv(map, 3, 8)) };
  const outputs = order.map((name) => ({ name, value: values[name], dims: [] }));
  const file = join(folder, 'network.onnx');
  writeFileSync(file, g.build({ name: 'n', inputs: [{ name: 'x', dims: ['batch', 3, 32, 32] }], outputs }));
  return (await loadNetwork({ file, options: { batch: 2, normalization: 'file' } })).notes;
}

it('names outputs for which more is computed than for the first', async () => {
  const note = (first: string, others: string) =>
    expect.stringContaining(
      `of its outputs, the first ("${first}") counts, and what only others (${others})`,
    );
  expect(await notesOf('map', 'scores', 'aux')).toContainEqual(note('map', '"scores", "aux"'));
  expect(await notesOf('scores', 'aux')).toContainEqual(note('scores', '"aux"'));
});

it('says nothing of an output that the first one needs', async () => {
  expect(await notesOf('scores')).toEqual([]);
  expect(await notesOf('scores', 'map')).toEqual([]);
});
