// Tests that networks with spectral normalization have the same scores however they are exported: by both modules of PyTorch, both
// exporters, and in both modes.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { pythonWith } from '../support/optional-python.js';

/** The newer exporter needs onnxscript, which is installed together with torch and onnx. */
const PYTHON = pythonWith('onnxscript');

const PROGRAM = `
import warnings
import torch
from torch import nn

warnings.filterwarnings("ignore")

def network(normalize):
    """As wide as is needed for the exporters to leave the estimates of the first layers in the file."""
    def layer(inputs, outputs, stride):
        return nn.Sequential(normalize(nn.Conv2d(inputs, outputs, 3, stride, 1)), nn.ReLU())
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 1, 1), nn.ReLU(), layer(32, 32, 1), layer(32, 64, 2), layer(64, 64, 1), layer(64, 128, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))

older = dict(dynamo=False, opset_version=17, do_constant_folding=False)
folding = dict(dynamo=False, opset_version=17)
newer = dict(dynamo=True, opset_version=18, external_data=False)
unoptimized = dict(newer, optimize=False)
module, parametrization = nn.utils.spectral_norm, nn.utils.parametrizations.spectral_norm
for name, normalize, train, settings in (
    ("module-older-eval", module, False, older),
    ("module-folding-eval", module, False, folding),
    ("module-newer-eval", module, False, newer),
    ("module-unoptimized-train", module, True, unoptimized),
    ("module-newer-train", module, True, newer),
    ("parametrization-newer-eval", parametrization, False, newer),
    ("parametrization-newer-train", parametrization, True, newer),
    ("parametrization-unoptimized-train", parametrization, True, unoptimized),
):
    torch.onnx.export(network(normalize).train(train), (torch.randn(2, 3, 32, 32),), f"{name}.onnx", **settings)
`;
const FILES = [
  'module-older-eval',
  'module-folding-eval',
  'module-newer-eval',
  'module-newer-train',
  'module-unoptimized-train',
  'parametrization-newer-eval',
  'parametrization-newer-train',
  'parametrization-unoptimized-train',
];

it.skipIf(PYTHON === undefined)('scores all exports alike', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  writeFileSync(join(folder, 'spectral.py'), PROGRAM);
  await promisify(execFile)(PYTHON!, ['spectral.py'], { cwd: folder });
  const load = { batch: 2, features: 'stages', normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 0, threads: 1 };
  const files = FILES.map((name) => join(folder, `${name}.onnx`));
  const scored = await scoreNetworks({ files, options });
  const found = scored.map(({ proxies, parameters, macs }) => ({ proxies, parameters, macs }));
  for (const each of found) expect(each).toEqual(found[0]);
  // Vectors of other weights made this of the order of -1000.
  expect(found[0]!.proxies.trainability).toBeGreaterThan(-10);
  expect(found[0]!.proxies.trainability).toBeLessThan(0);
});
