// Tests that features are found in networks whose cells read the two cells before them, so that no output of a cell is
// on every path.
import { expect, test } from 'vitest';
import { graphModel } from '../../../core/export/graph-model.js';
import { cellOutputs } from '../../../core/graph/cell-outputs.js';
import { graphNetwork, type WantedFeatures } from '../../../core/graph/network.js';
import type { CandidateGraph } from '../../../core/graph/network-builder.js';
import { NetworkBuilder, type Tensor } from '../../../core/graph/network-builder.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { openSpace } from '../../../core/spaces/index.js';

const SIDE = 32;
const FILE = 'cells.onnx';

/** A candidate as a person would bring it: a file that says nothing of features. */
function readBack({ graph }: CandidateGraph) {
  const bytes = graphModel({ graph, resolution: SIDE, draw: randomDraw({ seed: 1, draw: 0 }) });
  return readOnnx({ bytes, file: FILE });
}

const featuresOf = (built: CandidateGraph, wanted: WantedFeatures) =>
  graphNetwork({ graph: readBack(built), batch: 2, image: [3, SIDE, SIDE], wanted, file: FILE });

const shapes = ({ features }: { readonly features: readonly { readonly shape: readonly number[] }[] }) =>
  features.map(({ shape }) => shape.join(' x '));

const space = openSpace({ kind: 'darts', cells: 8, channels: 8 });

test.each([0, 1, 2, 3, 4, 5, 6, 7])('the outputs of the cells of random DARTS network %i', (draw) => {
  const candidate = space.random({ seed: 21, draw, name: 'cells' });
  const built = space.graph!({ candidate, resolution: SIDE });
  const marked = (wanted: 'blocks' | 'stages') =>
    shapes(
      graphNetwork({
        graph: built.graph,
        batch: 2,
        image: [3, SIDE, SIDE],
        wanted: built.features[wanted],
        file: FILE,
      }),
    );
  const blocks = featuresOf(built, 'blocks');
  expect(blocks.found).toBe('blocks');
  expect(shapes(blocks)).toEqual(marked('blocks'));
  const stages = featuresOf(built, 'stages');
  expect(stages.found).toBe('stages');
  // The stem has the resolution of the first cells, whose last output stands for them.
  expect(shapes(stages)).toEqual(marked('stages').slice(1));
});

/** Cells of which each adds a convolution of the one before and one of the one before that. */
function cellsOfTwo(count: number, before: (cells: readonly Tensor[]) => Tensor): CandidateGraph {
  const b = new NetworkBuilder({ side: SIDE });
  const layer = (x: Tensor) => b.normalize(b.conv(b.relu(x), { to: 8, kernel: 3 }));
  const stem = b.normalize(b.conv(b.images, { to: 8, kernel: 3 }));
  const cells = [b.feature({ x: stem, before: b.images, end: 'stage' })];
  for (let i = 0; i < count; i++) {
    const x = b.sum([layer(cells.at(-1)!), layer(before(cells))]);
    cells.push(b.feature({ x, before: cells.at(-1)!, end: 'stage' }));
  }
  return b.classify(cells.at(-1)!, 10);
}

const outputsOf = (built: CandidateGraph) =>
  cellOutputs(resolveGraph({ graph: readBack(built), batch: 2, image: [3, SIDE, SIDE], file: FILE }));

test('cells that add what they read', () => {
  expect(outputsOf(cellsOfTwo(6, (cells) => cells.at(-2) ?? cells[0]!))).toHaveLength(6);
});

test('none in a chain, nor where every cell reads the stem', () => {
  expect(outputsOf(cellsOfTwo(6, (cells) => cells.at(-1)!))).toEqual([]);
  expect(outputsOf(cellsOfTwo(6, (cells) => cells[0]!))).toEqual([]);
});
