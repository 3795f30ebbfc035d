// Tests that the score of a file does not depend on the other files of its search, because searches share scores.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findKeptConstants, loadNetwork } from '../../../client/networks/load-network.js';
import { structureText } from '../../../core/graph/structure.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';

const FOLDER = join(import.meta.dirname, '../../goldens/onnx');

test('a network of maps has a progressivity beside a transformer too', async () => {
  const file = join(FOLDER, 'shufflenet_v2_x0_5.onnx');
  const options = { batch: 2, resolution: 64, features: 'stages', normalization: 'file' } as const;
  const { digest, source, network } = await loadNetwork({ file, options });
  const maps = { name: 'maps', digest, macs: 1, parameters: 1, form: 'maps' as const };
  const tokens = { name: 'tokens', digest: 'f'.repeat(64), macs: 1, parameters: 1, form: 'tokens' as const };
  const structure = structureText({ graph: source, constants: findKeptConstants(network) });
  const scorer = await createCpuScorer({ threads: 1 });
  const score = (networks: readonly (typeof maps | typeof tokens)[]) =>
    scorer.score({
      space: { kind: 'onnx', resolution: 64, networks: [...networks] },
      candidate: 'maps',
      structure,
      seed: 1,
      draws: [0],
      fidelity: { batch: 2, resolution: 64, weights: 'shared', features: 'stages' },
    });
  try {
    const alone = await score([maps]);
    expect(alone[0]!.progressivity).toBeTypeOf('number');
    expect(await score([maps, tokens])).toEqual(alone);
  } finally {
    await scorer.close();
  }
});
