// Tests that a file in which a buffer and a result have one name, as PyTorch's newer exporter writes it, is refused with the way out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { initializer, model, node } from '../../support/onnx-messages.js';

const folder = mkdtempSync(join(tmpdir(), 'clash-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('names the node and the tensor', async () => {
  const file = join(folder, 'network.onnx');
  const graph = [
    node('Sub', ['x', 'mean'], ['centred']),
    node('GlobalAveragePool', ['centred'], ['mean']),
    node('Relu', ['mean'], ['y']),
    initializer('mean', [3, 1, 1], 1, [[9, new Uint8Array(12)]]),
  ];
  writeFileSync(file, model({ graph }));
  await expect(loadNetwork({ file, options: { normalization: 'file' } })).rejects.toThrow(
    /makes the tensor "mean", which is also an input or a weight of the file.*rename it/,
  );
});
