// Tests that networks exported as docs/guides/own-network.md says, by either exporter of PyTorch, are the same: their
// scores, and the parameters that PyTorch counts.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { pythonWith } from '../support/optional-python.js';

/** The newer exporter needs onnxscript, which is installed together with torch and onnx. */
const PYTHON = pythonWith('onnxscript');

const PROGRAM = `
import copy, json, torch
from torch import nn

class Inverted(nn.Module):
    """A residual block with ReLU6 and stochastic depth."""
    def __init__(self, width):
        super().__init__()
        wide = 2 * width
        self.body = nn.Sequential(
            nn.Conv2d(width, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        mask = x.new_empty(x.shape[0], 1, 1, 1).bernoulli_(0.8) / 0.8 if self.training else 1
        return x + self.body(x) * mask

class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        return x + self.out((q @ k.transpose(1, 2) * 0.25).softmax(-1) @ v)

class Tokens(nn.Module):
    """Convolutions, then a transformer with a class token."""
    def __init__(self, width=16):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1))
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.place = nn.Parameter(0.02 * torch.randn(1, 65, width))
        self.blocks = nn.Sequential(*[Attention(width) for _ in range(3)])
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place
        return self.classify(self.blocks(x)[:, 0])

class Shared(nn.Module):
    """One convolution and its normalization, applied four times; bounds that are clamped."""
    def __init__(self, width=16):
        super().__init__()
        self.stem, self.conv, self.norm = nn.Conv2d(3, width, 3, 2, 1), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        for i in range(4):
            x = x + self.norm(self.conv(x)).clamp(-1, 3)
            if i < 3:
                x = nn.functional.max_pool2d(x, 2)
        return self.classify(x.mean((2, 3)))

class Folded(nn.Module):
    """A table computed in forward, a class token, and layers applied twice."""
    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.wide, self.back = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        table = torch.arange(65)[:, None] * torch.arange(1, 33) / 1024
        for norm in self.norms:
            x = x + self.back(self.wide(norm(x) * table).relu())
        return self.classify(x[:, 0])

class Copies(nn.Module):
    """Attention whose layers begin as copies of one, and two linear layers that share a weight."""
    def __init__(self, width=32):
        super().__init__()
        layer = Attention(width)
        self.stem, self.layers = nn.Conv2d(3, width, 4, 4), nn.Sequential(*[copy.deepcopy(layer) for _ in range(3)])
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        self.outer.weight = self.inner.weight
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        x = self.layers(self.stem(x).flatten(2).transpose(1, 2))
        return self.classify((x + self.outer(self.inner(x).relu())).mean(1))

class Groups(nn.Module):
    """Normalizations of groups of channels, and one of features, whose scales are equal at first."""
    def __init__(self, width=16):
        super().__init__()
        self.layers = nn.Sequential(*[layer for i in range(3) for layer in (
            nn.Conv2d(width if i else 3, width, 3, 2, 1), nn.GroupNorm(4, width), nn.ReLU())])
        self.norm, self.classify = nn.BatchNorm1d(width), nn.Linear(width, 10)

    def forward(self, x):
        return self.classify(self.norm(self.layers(x).mean((2, 3))).relu())

class Responses(nn.Module):
    """Local response normalization, for which the older exporter writes an If."""
    def __init__(self, width=16):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(width if i else 3, width, 3, 2, 1) for i in range(3)])
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.layers:
            x = nn.functional.local_response_norm(layer(x).relu(), 5)
        return self.classify(x.mean((2, 3)))

class Streams(nn.Module):
    """Two streams whose maps are joined, and a vector that is joined before the classifier."""
    def __init__(self, width=16):
        super().__init__()
        layer = lambda before, after: nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())
        self.color, self.flow = nn.Sequential(layer(3, width), layer(width, width)), nn.Sequential(nn.AvgPool2d(2), layer(2, width))
        self.trunk, self.vector, self.classify = layer(2 * width, width), nn.Linear(5, width), nn.Linear(2 * width, 10)

    def forward(self, vector, flow, color):
        x = self.trunk(torch.cat([self.color(color), self.flow(flow)], 1)).mean((2, 3))
        return self.classify(torch.cat([self.vector(vector).relu(), x], 1))

class Selected(nn.Module):
    """Half of the tokens by their scores, two of four experts for each, and tokens that are changed and put back."""
    def __init__(self, width=32):
        super().__init__()
        self.stem, self.score, self.depth = nn.Conv2d(3, width, 4, 4), *[nn.Linear(width, 1, bias=False) for _ in range(2)]
        self.first, self.norm = Attention(width), nn.LayerNorm(width)
        self.router, self.experts = nn.Linear(width, 4, bias=False), nn.ModuleList([nn.Linear(width, width) for _ in range(4)])
        self.back, self.classify = nn.Linear(width, width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.first(self.stem(x).flatten(2).transpose(1, 2))
        kept = self.score(x).squeeze(-1).topk(32, 1).indices
        x = torch.gather(x, 1, kept[..., None].expand(-1, -1, x.shape[-1]))
        chosen, expert = self.router(self.norm(x)).topk(2, -1)
        share = torch.zeros(x.shape[0], x.shape[1], 4).scatter(-1, expert, chosen.softmax(-1))
        x = x + sum(share[..., i : i + 1] * layer(x).relu() for i, layer in enumerate(self.experts))
        order = self.depth(x).squeeze(-1).argsort(1)[:, :8, None].expand(-1, -1, x.shape[-1])
        x = x.scatter_add(1, order, self.back(x.gather(1, order)).relu())
        return self.classify(x.gather(1, x.mean(-1).argmax(1)[:, None, None].expand(-1, 1, x.shape[-1]))[:, 0])

class Warped(nn.Module):
    """A spatial transformer network, which then samples a map at learned offsets."""
    def __init__(self, width=16):
        super().__init__()
        layer = lambda before, after: nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.GroupNorm(1, after), nn.ReLU())
        self.find, self.theta = layer(3, 8), nn.Linear(8, 6)
        self.first, self.offset, self.second, self.last = layer(3, width), nn.Conv2d(width, 2, 3, padding=1), layer(width, width), layer(width, width)
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        theta = self.theta(self.find(x).mean((2, 3))).view(-1, 2, 3)
        x = nn.functional.grid_sample(x, nn.functional.affine_grid(theta, x.shape, align_corners=False), align_corners=False)
        x = self.first(x)
        side = torch.arange(16) / 8 - 0.9375
        grid = torch.stack([side.expand(16, 16), side[:, None].expand(16, 16)], -1) + self.offset(x).permute(0, 2, 3, 1)
        x = nn.functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
        return self.classify(self.last(self.second(x)).mean((2, 3)))

inverted = nn.Sequential(
    nn.Conv2d(3, 16, 3, 2, 1), *[layer for _ in range(3) for layer in (Inverted(16), nn.MaxPool2d(2))],
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
images = torch.randn(2, 3, 32, 32)
several = {"streams": (torch.randn(2, 5), torch.randn(2, 2, 32, 32), images)}
counts = {}
for name, network in (("inverted", inverted), ("tokens", Tokens()), ("shared", Shared()),
                      ("folded", Folded()), ("copies", Copies()), ("groups", Groups()),
                      ("responses", Responses()), ("streams", Streams()), ("selected", Selected()),
                      ("warped", Warped())):
    network, given = network.train(), several.get(name, (images,))
    names = ["images", "more", "others"][:len(given)]
    batch = torch.export.Dim("batch", min=2, max=4096)
    # The older exporter writes an affine grid from operator set 20 on.
    opset = 20 if name == "warped" else 17
    counts[name] = sum(p.numel() for p in network.parameters())
    torch.onnx.export(
        network, given, f"{name}.older.onnx", dynamo=False, opset_version=opset,
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        input_names=names, dynamic_axes={each: {0: "batch"} for each in names})
    torch.onnx.export(network, given, f"{name}.newer.onnx", dynamo=True, optimize=False,
                      dynamic_shapes=tuple({0: batch} for _ in given), external_data=False)
    # Without any option: for this batch alone, optimized, with normalizations merged into convolutions.
    torch.onnx.export(network, given, f"{name}.plain.onnx", dynamo=True)
    # The same with the older exporter, which exports in evaluation mode.
    torch.onnx.export(network, given, f"{name}.olderplain.onnx", dynamo=False)
open("counts.json", "w").write(json.dumps(counts))
`;

/** Normalizations that the newer exporter merges into convolutions: none into one that several places share. */
const MERGED: Readonly<Record<string, number>> = { inverted: 9, shared: 0, streams: 4 };
/** Networks of which the older exporter, too, loses no parameter. */
const WHOLE = new Set(['inverted', 'tokens', 'folded', 'copies', 'streams']);

test.skipIf(PYTHON === undefined)(
  'either exporter, with and without options',
  { timeout: 180_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exporters-'));
    writeFileSync(join(folder, 'program.py'), PROGRAM);
    await promisify(execFile)(PYTHON!, ['program.py'], { cwd: folder });
    const counts = (await import(join(folder, 'counts.json'), { with: { type: 'json' } })) as {
      default: Readonly<Record<string, number>>;
    };
    for (const [name, parameters] of Object.entries(counts.default)) {
      const files = ['older', 'newer'].map((exporter) => join(folder, `${name}.${exporter}.onnx`));
      const load = { batch: 2, features: 'stages', normalization: 'file' } as const;
      const options = { load, draws: 1, seed: 3, threads: 1 };
      const scored = await scoreNetworks({ files, options });
      const plainFiles = ['plain', 'olderplain'].map((kind) => join(folder, `${name}.${kind}.onnx`));
      const [plain, olderPlain] = await scoreNetworks({ files: plainFiles, options });
      const [older, newer] = scored as [(typeof scored)[number], (typeof scored)[number]];
      expect([older.parameters, newer.parameters], name).toEqual([parameters, parameters]);
      expect(newer.macs, name).toBe(older.macs);
      expect(newer.features.length, name).toBe(older.features.length);
      expect(newer.proxies, name).toEqual(older.proxies);
      expect(newer.notes, name).toEqual(older.notes);
      const costs = [parameters, older.macs, older.features.length];
      expect([plain!.parameters, plain!.macs, plain!.features.length], name).toEqual(costs);
      if (WHOLE.has(name))
        expect([olderPlain!.parameters, olderPlain!.macs], name).toEqual(costs.slice(0, 2));
      const merged = MERGED[name];
      if (merged !== undefined) {
        const note = expect.stringContaining(`merged ${merged} batch normalizations`);
        // Two images are too few for some features.
        const others = plain!.notes.filter((each) => !each.includes('more about the sample'));
        expect(others, name).toEqual(merged > 0 ? [note] : []);
        expect(plain!.proxies, name).toEqual(older.proxies);
      }
      // Merged normalizations are restored from the files of either exporter.
      if (name === 'inverted')
        expect([olderPlain!.notes, olderPlain!.proxies]).toEqual([plain!.notes, older.proxies]);
    }
  },
);
