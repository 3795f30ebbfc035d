// Tests that a file whose nodes hold for the batch of its export is not scored with another, which they would take for positions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { RESIZED_BATCH as OWN, resizedNetwork } from '../../support/small-networks.js';

const folder = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(sizes: readonly number[], batch?: number) {
  const file = join(folder, 'network.onnx');
  writeFileSync(file, resizedNetwork(sizes));
  return loadNetwork({ file, options: { normalization: 'file', ...(batch ? { batch } : {}) } });
}

it('is scored with its own batch', async () => {
  const { network, notes } = await load([OWN, 8, 8, 8]);
  expect(network.graph.tape.shape(network.graph.input)).toEqual([OWN, 3, 24, 24]);
  expect(notes).toContainEqual(`holds for a batch of ${OWN} images only, and is scored with it`);
  expect(network.costs.macs).toBe(72 * (3 * 12 ** 2 + 8 * 6 ** 2 + 8 * 4 ** 2));
});

it('is refused with another batch', async () => {
  await expect(load([OWN, 8, 8, 8], 4)).rejects.toThrow(/holds for a batch of 2, and not of 4/);
  expect((await load([OWN, 8, 8, 8], OWN)).notes).toEqual([]);
});
