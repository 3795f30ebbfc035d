// Tests that python/zeroscout_export.py exports a family of PyTorch networks to files that can be scored,
// with both of PyTorch's exporters.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { pythonWith } from '../support/optional-python.js';
import { ROOT } from '../support/zeroscout.js';

/** The newer exporter needs onnxscript, which is installed together with torch and onnx. */
const PYTHON = pythonWith('onnxscript');

const FAMILY = `
import torch
from torch import nn

class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.SiLU(), nn.Dropout(0.5))
        # A table that is no parameter: both exporters keep its numbers, and nobody counts it.
        self.register_buffer("gain", torch.linspace(0.5, 2, width).reshape(width, 1, 1))

    def forward(self, x):
        return x + self.body(x) * self.gain

def family():
    for width in (8, 16):
        stages = [layer for _ in range(3) for layer in (Residual(width), nn.MaxPool2d(2))]
        yield f"width-{width}", nn.Sequential(nn.Conv2d(3, width, 3, padding=1), *stages, nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(width * 9, 10))
`;

const ODD = `
import torch
from torch import nn

class Path(nn.Module):
    """A residual block whose path is left out at random, by a module of its own."""
    def __init__(self, width, share):
        super().__init__()
        self.share, self.body = share, nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())

    def forward(self, x):
        if self.training and torch.rand(()) < self.share:
            return x
        return x + self.body(x)

class Fails(nn.Module):
    def forward(self, x):
        return torch.linalg.svd(x)[1]

def network(share):
    blocks = [layer for _ in range(2) for layer in (Path(8, share), nn.MaxPool2d(2))]
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.LocalResponseNorm(5), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))

def family():
    yield "plain", network(0)
    yield "random", network(1)
    yield "fails", Fails()
`;

/** Averages of windows that do not divide the map, which ONNX has no operator for. */
const POOLED = `
from torch import nn

def network(conv, norm, pool, channels, size):
    layer = lambda a, b, s: [conv(a, b, 3, s, 1, bias=False), norm(b), nn.ReLU()]
    body = [*layer(channels, 8, 2), *layer(8, 16, 2), *layer(16, 24, 2)]
    return nn.Sequential(*body, pool(size), nn.Flatten(), nn.LazyLinear(5))

def signals():
    import torch
    net = network(nn.Conv1d, nn.BatchNorm1d, nn.AdaptiveAvgPool1d, 2, 7)
    net.eval()(torch.randn(2, 2, 250))
    yield net

def pictures():
    import torch
    net = network(nn.Conv2d, nn.BatchNorm2d, nn.AdaptiveAvgPool2d, 3, (3, 2))
    net.eval()(torch.randn(2, 3, 40, 28))
    yield net
`;

const TEXTS = `
import types
import torch
from torch import nn

class Text(nn.Module):
    """Returns a record of outputs, as the classifiers of transformers do."""
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(60, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 3)

    def forward(self, ids):
        x = self.layers(self.words(ids), src_key_padding_mask=ids == 0)
        return types.SimpleNamespace(hidden=x, logits=self.head(x.mean(1)))

def family():
    yield "text", Text()
`;

describe.skipIf(PYTHON === undefined)('zeroscout_export', () => {
  it('writes files whose proxies do not depend on the exporter', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'my_models.py'), FAMILY);
    const scoreExported = async (exporter: string) => {
      const out = join(folder, exporter);
      const args = [
        '-m',
        'zeroscout_export',
        'my_models:family',
        '--out',
        out,
        '--size',
        '32',
        '--exporter',
        exporter,
      ];
      const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
      await promisify(execFile)(PYTHON!, args, { cwd: folder, env });
      const files = [8, 16].map((width) => join(out, `width-${width}.onnx`));
      const options = {
        load: { batch: 4, features: 'stages', normalization: 'file' },
        draws: 1,
        seed: 0,
        threads: 1,
      } as const;
      // The three residual sums: modules, as nn.Sequential names them.
      const named = await scoreNetworks({
        files,
        options: { ...options, load: { ...options.load, features: ['1', '3', '5'] } },
      });
      const stages = await scoreNetworks({ files, options });
      expect(named.map(({ features }) => features.length)).toEqual([3, 3]);
      return [...stages, ...named];
    };
    const scored = await Promise.all(['torchscript', 'dynamo'].map(scoreExported));
    const [one, other] = scored.map((all) =>
      all.map(({ proxies, parameters }) => ({ ...proxies, parameters })),
    );
    expect(one).toHaveLength(4);
    const layers = (width: number) => 28 * width + 3 * (9 * width ** 2 + 2 * width) + 90 * width + 10;
    expect(one!.map(({ parameters }) => parameters)).toEqual([8, 16, 8, 16].map(layers));
    for (const [i, proxies] of one!.entries())
      for (const [name, value] of Object.entries(proxies))
        expect(value).toBeCloseTo(other![i]![name as keyof typeof proxies] as number, 4);
  });

  it('exports networks of token ids alike by both exporters', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'my_models.py'), TEXTS);
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const [one, other] = await Promise.all(
      ['torchscript', 'dynamo'].map(async (exporter) => {
        const out = join(folder, exporter);
        const args = ['my_models:family', '--out', out, '--tokens', '24', '--exporter', exporter];
        await promisify(execFile)(PYTHON!, ['-m', 'zeroscout_export', ...args], { cwd: folder, env });
        const load = { batch: 4, features: 'stages', normalization: 'file' } as const;
        const options = { load, draws: 1, seed: 0, threads: 1 };
        return (await scoreNetworks({ files: [join(out, 'text.onnx')], options }))[0]!;
      }),
    );
    // The embeddings, and two residual sums for each layer.
    expect(one!.features).toHaveLength(5);
    expect(one!.parameters).toBe(60 * 16 + 2 * (4 * 16 * 17 + 2 * 16 * 32 + 48 + 4 * 16) + 51);
    expect(one!.parameters).toBe(other!.parameters);
    expect(one!.proxies.expressivity).toBeCloseTo(other!.proxies.expressivity!, 4);
    expect(one!.proxies.trainability).toBeCloseTo(other!.proxies.trainability!, 4);
  });

  it.each([
    ['signals', '2x250'],
    ['pictures', '3x40x28'],
  ])(
    'exports %s of the shape %s alike by both exporters, with averages of windows of different sizes',
    {
      timeout: 180_000,
    },
    async (family, image) => {
      const folder = mkdtempSync(join(tmpdir(), 'export-'));
      writeFileSync(join(folder, 'pooled.py'), POOLED);
      const scoreExported = async (exporter: string) => {
        const args = ['-m', 'zeroscout_export', `pooled:${family}`, '--image', image, '--out', exporter];
        const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
        await promisify(execFile)(PYTHON!, [...args, '--exporter', exporter], { cwd: folder, env });
        const load = { batch: 4, features: 'stages', normalization: 'file' } as const;
        const files = [join(folder, exporter, `${family}-0.onnx`)];
        const [network] = await scoreNetworks({ files, options: { load, draws: 1, seed: 0, threads: 1 } });
        expect(network!.image).toEqual(image.split('x').map(Number));
        return { ...network!.proxies, parameters: network!.parameters };
      };
      const [one, other] = await Promise.all(['torchscript', 'dynamo'].map(scoreExported));
      for (const [name, value] of Object.entries(one!))
        expect(other![name as keyof typeof other], name).toBeCloseTo(value as number, 4);
    },
  );

  it('exports what only training does as in evaluation, local response normalization, and says no more than what failed', {
    timeout: 180_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'odd.py'), ODD);
    const args = ['-m', 'zeroscout_export', 'odd:family', '--out', folder, '--size', '32'];
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const run = promisify(execFile)(PYTHON!, args, { cwd: folder, env });
    const failed = (await run.catch((error: unknown) => error)) as { stdout: string; stderr: string };
    expect(failed.stdout.trim().split('\n')).toEqual(
      ['plain', 'random'].map((name) => join(folder, `${name}.onnx`)),
    );
    expect(failed.stderr).toMatch(/fails was not exported: .*\n1 of the networks .* --exporter dynamo/);
    const load = { batch: 4, features: 'blocks', normalization: 'file' } as const;
    const scored = await scoreNetworks({
      files: ['plain', 'random'].map((name) => join(folder, `${name}.onnx`)),
      options: { load, draws: 1, seed: 0, threads: 1 },
    });
    const [plain, random] = scored.map(({ proxies, parameters }) => ({ ...proxies, parameters }));
    expect(random).toEqual(plain);
    expect(plain!.parameters).toBe(3 * 8 * 9 + 8 + 2 * (8 * 8 * 9 + 8 + 16) + 90);
  });

  it('does not overwrite a network by another of its name, and hides none', {
    timeout: 120_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    const made = ['one', 'one', '../.two'].map((name) => `    yield "${name}", nn.Conv2d(3, 4, 3)`);
    writeFileSync(
      join(folder, 'twins.py'),
      ['from torch import nn', 'def family():', ...made, ''].join('\n'),
    );
    const args = ['-m', 'zeroscout_export', 'twins:family', '--out', 'out', '--size', '16'];
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const run = promisify(execFile)(PYTHON!, args, { cwd: folder, env });
    // The other exporter, which is proposed where PyTorch fails, would not help.
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^one was not exported: an earlier network has this name; .*$[\s\S]*^1 of the networks were not exported\n$/m,
      ),
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['one.onnx', 'two.onnx']);
  });

  it.each([
    [
      'a folder that is a file',
      'yield nn.Conv2d(3, 4, 3)',
      ['--out', 'family.py'],
      2,
      '--out family.py: File exists',
    ],
    ['no network', 'return []', [], 1, 'family:family: made no network'],
    [
      'a function that fails after a network',
      'yield nn.Conv2d(3, 4, 3)\n    raise ValueError("bad width")',
      [],
      1,
      'failed after 1 network: ValueError: bad width (',
    ],
  ])('%s is an error without a traceback', { timeout: 120_000 }, async (_, body, more, code, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'family.py'), `from torch import nn\ndef family():\n    ${body}\n`);
    const args = ['-m', 'zeroscout_export', 'family:family', '--size', '16', ...more];
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const failed = promisify(execFile)(PYTHON!, args, { cwd: folder, env }).catch((error: unknown) => error);
    const { stderr, ...found } = (await failed) as { code: number; stderr: string };
    expect(found.code).toBe(code);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('Traceback');
  });

  it('keeps letters of every language in names', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    const family = 'from torch import nn\ndef family():\n    yield "é 日本", nn.Conv2d(3, 4, 3)\n';
    writeFileSync(join(folder, 'family.py'), family);
    const args = ['-m', 'zeroscout_export', 'family:family', '--out', 'out', '--size', '16'];
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    await promisify(execFile)(PYTHON!, args, { cwd: folder, env });
    expect(readdirSync(join(folder, 'out'))).toEqual(['é-日本.onnx']);
  });
});
