// In: golden cases, one by one. Out: what the engine's programs make of each; tensors of one size are made once.
import { goldenDraw } from '../../core/programs/golden-draw.js';
import { expressivity, progressivity, trainability } from '../../core/proxies/az-nas.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/index.js';
import { createPrograms } from '../../engine/programs.js';
import { type DrawTensors, drawTensors, scoreNetwork } from '../../engine/score.js';
import type { GoldenCase } from './cases.js';
import type { Computed } from './compare.js';

export interface GoldenEngine {
  compute(item: Pick<GoldenCase, 'arch' | 'batch' | 'resolution'>): Promise<Computed>;
  close(): Promise<void>;
}

export async function createGoldenEngine({ threads }: { threads: number }): Promise<GoldenEngine> {
  const programs = await createPrograms({ threads });
  let draw: DrawTensors | undefined;
  return {
    compute: async ({ arch, batch, resolution }) => {
      if (draw?.batch !== batch || draw.resolution !== resolution)
        draw = drawTensors({ draw: goldenDraw, batch, resolution, blockSize: programs.blockSize });
      const network = nasBench201.network({ candidate: arch, resolution });
      const { features, blocks } = await scoreNetwork({ network, draw, programs });
      return {
        features,
        blocks,
        expressivity: expressivity(features),
        progressivity: progressivity(features),
        trainability: trainability(blocks),
        ...nasBench201.costs({ candidate: arch, resolution }),
      };
    },
    close: () => programs.close(),
  };
}
