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

class Tabular(nn.Module):
    """A table for every column of categories, and one for a place, beside numbers."""
    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(rows, 3) for rows in (2, 9, 30)])
        self.place = nn.Embedding(1, 4)
        self.layers = nn.Sequential(nn.Linear(18, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, categories, place, numbers):
        columns = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        return self.layers(torch.cat([*columns, self.place(place), numbers], 1))

def tables():
    yield "tabular", Tabular()
`;

/** What both exporters write of the only network of a function, scored with a batch of 12; they must agree. */
async function scoreBoth(source: string, image: string) {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  writeFileSync(join(folder, 'several.py'), FAMILY);
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
  const load = { batch: 12, features: 'stages', normalization: 'file' } as const;
  const scoreExported = async (exporter: string) => {
    const args = [`several:${source}`, '--out', exporter, '--image', image, '--exporter', exporter];
    const run = promisify(execFile)(PYTHON!, ['-m', 'zeroscout_export', ...args], { cwd: folder, env });
    const file = join(folder, (await run).stdout.trim());
    const { network } = await loadNetwork({ file, options: load });
    const options = { load, draws: 1, seed: 0, threads: 1 };
    const [scored] = await scoreNetworks({ files: [file], options });
    return { inputs: inspectInputs(network), scored: scored! };
  };
  const [one, other] = await Promise.all(['torchscript', 'dynamo'].map(scoreExported));
  expect([other!.scored.parameters, other!.scored.macs]).toEqual([one!.scored.parameters, one!.scored.macs]);
  const found: Readonly<Record<string, number | null>> = other!.scored.proxies;
  for (const [name, value] of Object.entries(one!.scored.proxies))
    expect(found[name], name).toBeCloseTo(value as number, 4);
  return [one!, other!] as const;
}

it.skipIf(PYTHON === undefined)(
  'writes a network of an image and a vector alike by both exporters',
  { timeout: 180_000 },
  async () => {
    const both = await scoreBoth('family', '3x32x32,5');
    for (const { inputs } of both)
      expect(inputs).toEqual([
        { name: 'picture', shape: [3, 32, 32] },
        { name: 'weather', shape: [5] },
      ]);
    expect(both[0].scored.parameters).toBe(72 * (3 + 8 + 8) + 3 * (16 + 48) + 36);
    expect(both[0].scored.features).toHaveLength(3);
  },
);

it.skipIf(PYTHON === undefined)(
  'writes a network of categories and numbers alike by both exporters',
  { timeout: 180_000 },
  async () => {
    const both = await scoreBoth('tables', 'int:3,int,5');
    for (const { inputs } of both)
      expect(inputs.map(({ shape }) => shape)).toEqual([[5], [4], [3], [3], [3]]);
    expect(both[0].scored.parameters).toBe(3 * 41 + 4 + 18 * 9 + 27 + 80 + 18);
    expect(both[0].scored.features).toHaveLength(2);
  },
);
