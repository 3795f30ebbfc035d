// Tests which layers enter the Fisher information of a network with more layers than it may have.
import { expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { wholeOfGraph } from '../../../core/graph/whole/network.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import type { Measurement } from '../../../core/proxies/measurement.js';
import { openWhole } from '../../../engine/graph/measure-whole.js';
import { drawWhole } from '../../../engine/graph/whole-draw.js';

const file = 'branches.onnx';
const [BATCH, CLASSES] = [2, 3];

/** The derivatives of the layers of a sum of convolutions, of which the second half is multiplied by 0. */
async function rowsOf(layers: number) {
  const g = new GraphBuilder();
  const branch = (i: number) => {
    const weight = g.weights({
      name: `w${i}`,
      dims: [CLASSES, 3, 1, 1],
      data: new Float32Array(3 * CLASSES),
    });
    const map = g.add('Conv', ['x', weight]);
    return i < layers / 2 ? map : g.add('Mul', [map, g.float(0)]);
  };
  let sum = branch(0);
  for (let i = 1; i < layers; i++) sum = g.add('Add', [sum, branch(i)]);
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [sum])]);
  const inputs = [{ name: 'x', dims: ['batch', 3, 4, 4] }];
  const bytes = g.build({ name: 'branches', inputs, outputs: [{ name: 'y', value, dims: [] }] });
  let found: Measurement | undefined;
  const compute = (measurement: Measurement) => {
    found = measurement;
    return 0;
  };
  const opened = await openWhole({
    write: (batch) => {
      const graph = resolveGraph({ graph: readOnnx({ bytes, file }), batch, image: [3, 4, 4], file });
      return wholeOfGraph(graph, weightRoles(graph));
    },
    batch: BATCH,
    costs: { flops: 0, parameters: 0 },
    families: [],
    own: [{ name: 'own-rows', needs: ['class-derivatives'], compute }],
    settings: { threads: 1, precision: 'float32' },
  });
  await opened.score(drawWhole({ drawn: randomDraw({ seed: 1, draw: 0 }), file }));
  await opened.close();
  expect(found!.layers).toHaveLength(layers);
  return found!.fisherRows!;
}

it('are all where they are 128 or fewer', async () => {
  for (const row of await rowsOf(128)) expect(row).toHaveLength(128);
});

it('are 128 of more, spread evenly over the network', async () => {
  for (const row of await rowsOf(160)) {
    expect(row).toHaveLength(128);
    expect(row.filter((derivative) => derivative === 0)).toHaveLength(64);
  }
});
