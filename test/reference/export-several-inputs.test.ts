// Tests that python/zeroscout_export.py exports networks of several inputs, with both of PyTorch's exporters.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { loadNetwork } from '../../client/networks/load-network.js';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { inspectInputs } from '../../core/graph/inspection.js';
import { pythonWith } from '../support/optional-python.js';
import { ROOT } from '../support/zeroscout.js';

/** The newer exporter needs onnxscript, which is installed together with torch and onnx. */
const PYTHON = pythonWith('onnxscript');

const FAMILY = `
import torch
from torch import nn

class Modulated(nn.Module):
    """Maps that a vector scales; an argument with a default."""
    def __init__(self, width=8):
        super().__init__()
        layer = lambda before, after: nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())
        self.layers = nn.ModuleList([layer(3, width), layer(width, width), layer(width, width)])
        self.scales = nn.ModuleList([nn.Linear(5, width) for _ in range(3)])
        self.classify = nn.Linear(width, 4)

    def forward(self, picture, weather, power=1):
        x = picture
        for layer, scale in zip(self.layers, self.scales):
            x = layer(x) * (1 + scale(weather)[:, :, None, None]) ** power
        return self.classify(x.mean((2, 3)))

def family():
    yield "modulated", Modulated()
`;

it.skipIf(PYTHON === undefined)(
  'writes a network of an image and a vector alike by both exporters',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'several.py'), FAMILY);
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const load = { batch: 4, features: 'stages', normalization: 'file' } as const;
    const scoreExported = async (exporter: string) => {
      const args = ['several:family', '--out', exporter, '--image', '3x32x32,5', '--exporter', exporter];
      await promisify(execFile)(PYTHON!, ['-m', 'zeroscout_export', ...args], { cwd: folder, env });
      const file = join(folder, exporter, 'modulated.onnx');
      const { network } = await loadNetwork({ file, options: load });
      expect(inspectInputs(network)).toEqual([
        { name: 'picture', shape: [3, 32, 32] },
        { name: 'weather', shape: [5] },
      ]);
      const options = { load, draws: 1, seed: 0, threads: 1 };
      return (await scoreNetworks({ files: [file], options }))[0]!;
    };
    const [one, other] = await Promise.all(['torchscript', 'dynamo'].map(scoreExported));
    expect(one!.parameters).toBe(72 * (3 + 8 + 8) + 3 * (16 + 48) + 36);
    expect([other!.parameters, other!.macs]).toEqual([one!.parameters, one!.macs]);
    expect(one!.features).toHaveLength(3);
    const found: Readonly<Record<string, number | null>> = other!.proxies;
    for (const [name, value] of Object.entries(one!.proxies))
      expect(found[name], name).toBeCloseTo(value as number, 4);
  },
);
