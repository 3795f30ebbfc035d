// Tests constants of a network that are no weights, such as the means of images: their numbers are those of the file,
// with their signs, and an error names one whose numbers are in no file.
import { expect, it } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { wholeOfGraph } from '../../../core/graph/whole/network.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openWhole } from '../../../engine/graph/measure-whole.js';
import { drawWhole } from '../../../engine/graph/whole-draw.js';
import { attribute, initializer, type MessageField, model, node } from '../../support/onnx-messages.js';

const file = 'normalized.onnx';
const drawn = randomDraw({ seed: 1, draw: 0 });

/** Two convolutions of images from which a mean is subtracted. */
function networkWith(mean?: number, batch = 2) {
  const pads = [attribute('pads', [1, 1, 1, 1])];
  const numbers: MessageField[] = mean === undefined ? [] : [[9, bytesOf(new Float32Array(3).fill(mean))]];
  const bytes = model({
    graph: [
      node('Sub', ['x', 'mean'], ['centred']),
      node('Conv', ['centred', 'first'], ['a'], pads),
      node('Relu', ['a'], ['b']),
      node('Conv', ['b', 'second'], ['c'], pads),
      node('Relu', ['c'], ['d']),
      node('GlobalAveragePool', ['d'], ['y']),
      initializer('mean', [1, 3, 1, 1], 1, numbers),
      initializer('first', [4, 3, 3, 3], 1),
      initializer('second', [4, 4, 3, 3], 1),
    ],
  });
  const graph = readOnnx({ bytes, file });
  return graphNetwork({ graph, batch, image: [3, 8, 8], wanted: 'blocks', file });
}
const bytesOf = (numbers: Float32Array) => new Uint8Array(numbers.buffer);

async function synflowWith(mean: number): Promise<number> {
  const opened = await openWhole({
    write: (batch) => {
      const { graph, roles } = networkWith(mean, batch);
      return wholeOfGraph(graph, roles);
    },
    batch: 2,
    costs: { flops: 0, parameters: 0 },
    families: ['synflow'],
    settings: { threads: 1, precision: 'float32' },
  });
  const { synflow } = await opened.score(drawWhole({ drawn, file }));
  await opened.close();
  return synflow!;
}

it('keep their signs where weights are absolute', async () => {
  // Without biases, the class scores of images of ones are proportional to 1 - mean.
  expect((await synflowWith(-0.5)) - (await synflowWith(0.5))).toBeCloseTo(Math.log(1.5 / 0.5), 5);
});

it('do not move the draws of the weights behind them, which exporters that compute a constant do not write', () => {
  const network = networkWith(0.5);
  const { weight } = drawGraph({ network, drawn, file });
  const draws = new Map(network.graph.weights.map(({ name }, index) => [name, weight(index)]));
  const initialization = { kind: 'normal', std: Math.sqrt(2 / 27) } as const;
  const first = drawn.weight({ name: 'graph.0', shape: [4, 3, 3, 3], initialization });
  expect(network.graph.weights[0]!.name).toBe('mean');
  expect(draws.get('first')).toEqual(first);
});

it('are no parameters', () => {
  expect(networkWith(0.5).costs.parameters).toBe(4 * 3 * 9 + 4 * 4 * 9);
});

const message = `${file}: the numbers of "mean" [1,3,1,1] are not in the file, and it is no weight that could be drawn`;

it('are missed by name where features and blocks are measured', () => {
  const network = networkWith();
  const { weight } = drawGraph({ network, drawn, file });
  expect(() => network.graph.weights.map((_, i) => weight(i))).toThrow(message);
});

it('are missed by name where whole networks are measured', () => {
  const { graph, roles } = networkWith();
  const { weight } = drawWhole({ drawn, file });
  expect(() => wholeOfGraph(graph, roles).fed.map(weight)).toThrow(message);
});
