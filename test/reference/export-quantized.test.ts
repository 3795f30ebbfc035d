// Tests that networks that PyTorch has quantized, or prepared for training with fake quantization, have the scores of the
// networks of floats that they were made from.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { pythonWith } from '../support/optional-python.js';

const PYTHON = pythonWith('onnx');

const PROGRAM = `
import warnings
import torch
from torch import nn
from torch.ao import quantization as q
from torch.ao.nn.quantized import FloatFunctional

warnings.filterwarnings("ignore")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.quantize, self.dequantize, self.add = q.QuantStub(), q.DeQuantStub(), FloatFunctional()
        layer = lambda before, after, stride: nn.Sequential(nn.Conv2d(before, after, 3, stride, 1), nn.ReLU())
        self.first, self.second, self.third = layer(3, 16, 2), layer(16, 32, 2), layer(32, 32, 1)
        self.classify = nn.Linear(32, 10)

    def forward(self, x):
        x = self.second(self.first(self.quantize(x)))
        x = self.add.add(x, self.third(x)).mean((2, 3))
        return self.dequantize(self.classify(x))

def export(network, name):
    torch.onnx.export(network, (images,), f"{name}.onnx", dynamo=False, opset_version=17, do_constant_folding=False)

images = torch.randn(2, 3, 32, 32)
export(Net().eval(), "floats")

torch.backends.quantized.engine = "qnnpack"
network = Net().eval()
network.qconfig = q.get_default_qconfig("qnnpack")
q.prepare(network, inplace=True)
network(images)
q.convert(network, inplace=True)
export(network, "quantized")

fake = q.FakeQuantize.with_args(observer=q.MovingAverageMinMaxObserver, quant_min=0, quant_max=255)
of_weights = q.FakeQuantize.with_args(observer=q.MovingAverageMinMaxObserver, quant_min=-128, quant_max=127,
                                      dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)
network = Net().train()
network.qconfig = q.QConfig(activation=fake, weight=of_weights)
q.prepare_qat(network, inplace=True)
network(images)
network.apply(q.disable_observer)
export(network.eval(), "fake")
`;

it.skipIf(PYTHON === undefined)(
  'scores quantized networks as the networks of floats',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'quantized.py'), PROGRAM);
    await promisify(execFile)(PYTHON!, ['quantized.py'], { cwd: folder });
    const load = { batch: 2, features: 'blocks', normalization: 'file' } as const;
    const options = { load, draws: 1, seed: 0, threads: 1 };
    const scored = async (name: string) =>
      (await scoreNetworks({ files: [join(folder, `${name}.onnx`)], options }))[0]!;
    const floats = await scored('floats');
    expect(floats.notes).toEqual([]);
    for (const name of ['quantized', 'fake']) {
      const { proxies, parameters, macs, notes, features } = await scored(name);
      expect({ proxies, parameters, macs }, name).toEqual({
        proxies: floats.proxies,
        parameters: floats.parameters,
        macs: floats.macs,
      });
      expect(features.length).toBe(floats.features.length);
      expect(notes).toEqual([
        'has quantized numbers, and is scored as the network of floats that was quantized',
      ]);
    }
  },
);
