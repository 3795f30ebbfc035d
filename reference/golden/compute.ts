// Computes golden cases with the programs of the engine.
import { expressivity, progressivity, trainability } from '../../core/proxies/az-nas.js';
import { openSpace } from '../../core/spaces/index.js';
import { type DrawTensors, drawTensors } from '../../engine/draw-tensors.js';
import { createPrograms } from '../../engine/programs.js';
import { scoreNetwork } from '../../engine/score.js';
import type { Computed } from './compare.js';
import type { GoldenCase, SpaceCase } from './kind.js';
import { computeOnnx } from './onnx.js';

export interface GoldenEngine {
  compute(item: GoldenCase): Promise<Computed>;
  close(): Promise<void>;
}

export async function createGoldenEngine({ threads }: { readonly threads: number }): Promise<GoldenEngine> {
  const programs = await createPrograms({ threads });
  const { blockSize } = programs;
  let last: { item: SpaceCase; tensors: DrawTensors } | undefined;
  const tensorsOf = (item: SpaceCase): DrawTensors => {
    const { draw, batch, resolution } = item;
    const same = last?.item.draw === draw && last.item.batch === batch && last.item.resolution === resolution;
    if (!last || !same) last = { item, tensors: drawTensors({ draw, batch, resolution, blockSize }) };
    return last.tensors;
  };
  return {
    compute: async (item) => {
      if ('file' in item) return computeOnnx({ item, threads });
      const space = openSpace(item.space);
      const { candidate, resolution } = item;
      const network = space.network({ candidate, resolution });
      const { features, blocks } = await scoreNetwork({ network, draw: tensorsOf(item), programs });
      return {
        features,
        blocks,
        expressivity: expressivity(features),
        progressivity: progressivity(features),
        trainability: trainability(blocks),
        costs: item.costs.map(({ resolution, of }) => of(space.costs({ candidate, resolution }))),
      };
    },
    close: () => programs.close(),
  };
}
