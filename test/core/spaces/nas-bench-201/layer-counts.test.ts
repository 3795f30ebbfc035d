// Tests the formulas of depth, spatial depth and activations against the network that is written out.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anatomyOf } from '../../../../core/graph/whole/layers.js';
import { nasBench201 } from '../../../../core/spaces/nas-bench-201/definition.js';
import { wholeNetworkOf } from '../../../../core/spaces/whole-network.js';

const { enumeration, layerCounts } = nasBench201;

function countsOfNetwork(candidate: string, resolution: number) {
  const network = wholeNetworkOf({ space: nasBench201, candidate, resolution });
  const { depth, spatialDepth, outputs } = anatomyOf(network);
  return { depth, 'spatial-depth': spatialDepth, activations: outputs };
}

it('are those of the network, at any resolution', () => {
  const index = fc.nat({ max: enumeration.size - 1 });
  fc.assert(
    fc.property(index, fc.constantFrom(8, 16, 32), (at, resolution) => {
      const candidate = enumeration.at(at);
      expect(layerCounts({ candidate, resolution })).toEqual(countsOfNetwork(candidate, resolution));
    }),
    { numRuns: 150 },
  );
});

it('of the deepest cell: three convolutions in each of fifteen cells', () => {
  const candidate =
    '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';
  // 16 x 32 x 32, 32 x 16 x 16 and 64 x 8 x 8 elements.
  const [first, second, third] = [16_384, 8_192, 4_096];
  const cells = 5 * 6 * (first + second + third);
  expect(layerCounts({ candidate, resolution: 32 })).toEqual({
    depth: 1 + 15 * 3 + 4 + 1,
    'spatial-depth': 1 + 15 * 3 + 4,
    activations: first + cells + 3 * (second + third) + 10,
  });
});

it('of a cell without a path from input to output', () => {
  const candidate = '|none~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|';
  expect(layerCounts({ candidate, resolution: 32 })).toEqual(countsOfNetwork(candidate, 32));
});

it('where the path with most convolutions has fewer of kernel 3 than another', () => {
  const candidate = '|nor_conv_1x1~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|none~1|nor_conv_1x1~2|';
  expect(layerCounts({ candidate, resolution: 32 })).toMatchObject({
    depth: 1 + 15 * 3 + 4 + 1,
    'spatial-depth': 1 + 15 * 1 + 4,
  });
  expect(layerCounts({ candidate, resolution: 32 })).toEqual(countsOfNetwork(candidate, 32));
});
