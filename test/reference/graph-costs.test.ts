// Tests MACs and parameters of networks that PyTorch exported against PyTorch's own counter.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { graphNetwork } from '../../core/graph/network.js';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { pythonWith } from '../support/optional-python.js';
import { ROOT } from '../support/zeroscout.js';

const PYTHON = pythonWith('onnxscript');

/** Dense, grouped, depthwise, dilated and transposed convolutions, squeeze-and-excitation, attention, batched products. */
const SCRIPT = `
import json, sys, torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
sys.path.insert(0, sys.argv[1])
from zeroscout_export import export

conv = lambda i, o, k, **rest: nn.Sequential(nn.Conv2d(i, o, k, padding=k // 2 * rest.get("dilation", 1), bias=False, **rest), nn.BatchNorm2d(o), nn.ReLU())

class Gate(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c // 4, 1), nn.SiLU(), nn.Conv2d(c // 4, c, 1), nn.Sigmoid())
    def forward(self, x):
        return x * self.gate(x)

class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(c), nn.Linear(c, 3 * c), nn.Linear(c, c)
    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 3, 4, c // 4).permute(2, 0, 3, 1, 4).unbind(0)
        y = ((q @ k.transpose(-2, -1)) * (c // 4) ** -0.5).softmax(-1) @ v
        return x + self.out(y.transpose(1, 2).reshape(b, n, c))

class Positions(nn.Module):
    def __init__(self, n, c):
        super().__init__()
        angles = torch.outer(torch.arange(n), torch.arange(1, c + 1)) / c
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("mask", angles.sin(), persistent=False)
    def forward(self, x):
        every = torch.ones(1, device=x.device).repeat_interleave(x.shape[0] // x.shape[0])
        return x * self.cosine + self.mask * every

class Tokens(nn.Module):
    def forward(self, x):
        return x.flatten(2).transpose(1, 2)

class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)

class Centroids(nn.Module):
    """Distances of each position to centroids, as in NetVLAD; the mean of all images is no parameter."""
    def __init__(self, c, k):
        super().__init__()
        self.centroids, self.widths = nn.Parameter(torch.randn(k, c)), nn.Parameter(torch.ones(k, 1) * 2)
        self.register_buffer("center", torch.linspace(0, 1, c).reshape(c, 1, 1))
    def forward(self, x):
        x = (x - self.center).flatten(2)
        distances = (x[:, None] - self.centroids[None, :, :, None]) / self.widths[None, :, :, None]
        return distances.pow(2).mean(3).flatten(1)

head = lambda c: [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10)]
networks = {
    "dense": nn.Sequential(conv(3, 16, 3), nn.MaxPool2d(2), conv(16, 32, 3), nn.MaxPool2d(2), conv(32, 32, 5), *head(32)),
    "grouped": nn.Sequential(conv(3, 16, 3), conv(16, 16, 3, groups=16, stride=2), Gate(16), conv(16, 32, 3, groups=4, stride=2), conv(32, 32, 3, dilation=2), *head(32)),
    "transposed": nn.Sequential(conv(3, 8, 3, stride=2), conv(8, 16, 3, stride=2), nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.BatchNorm2d(8), conv(8, 8, 3, stride=2), *head(8)),
    "buffers": nn.Sequential(nn.Conv2d(3, 32, 4, 4), Tokens(), Positions(64, 32), Attention(32), Attention(32), Mean(), nn.Linear(32, 10)),
    "centroids": nn.Sequential(conv(3, 16, 3, stride=2), conv(16, 16, 3, stride=2), Centroids(16, 8), nn.Linear(128, 10)),
    "pooled": nn.Sequential(conv(3, 16, 3, stride=2), conv(16, 16, 3, stride=2), nn.AdaptiveAvgPool2d((7, 3)), nn.Flatten(), nn.Linear(16 * 21, 10)),
    "attention": nn.Sequential(nn.Conv2d(3, 32, 4, 4), Tokens(), Attention(32), Attention(32), Attention(32), nn.LayerNorm(32), Mean(), nn.Linear(32, 10)),
}
facts = {}
for name, network in networks.items():
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network.eval()(torch.randn(1, 3, 32, 32))
    facts[name] = {"macs": counter.get_total_flops() / 2, "parameters": sum(p.numel() for p in network.parameters())}
    export(network, f"{sys.argv[2]}/{name}.onnx", 32)
print(json.dumps(facts))
`;

describe.skipIf(PYTHON === undefined)('costs of exported networks', () => {
  it("are those of PyTorch's own counter", { timeout: 180_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'costs-'));
    writeFileSync(join(folder, 'count.py'), SCRIPT);
    const args = [join(folder, 'count.py'), join(ROOT, 'python'), folder];
    const lines = execFileSync(PYTHON!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const facts = JSON.parse(lines.trim().split('\n').at(-1)!) as Record<
      string,
      { macs: number; parameters: number }
    >;
    expect(Object.keys(facts)).toHaveLength(7);
    for (const [name, { macs, parameters }] of Object.entries(facts)) {
      const file = join(folder, `${name}.onnx`);
      const graph = readOnnx({ bytes: readFileSync(file), file });
      const { costs } = graphNetwork({ graph, batch: 2, image: [3, 32, 32], wanted: 'blocks', file });
      expect(costs.parameters, name).toBe(parameters);
      expect(Math.abs(costs.macs / macs - 1), `${name}: ${costs.macs}, PyTorch ${macs}`).toBeLessThan(5e-3);
    }
  });
});
