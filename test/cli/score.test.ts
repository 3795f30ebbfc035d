// Tests what `zeroscout score` and `inspect` print for ONNX files, and what they refuse.
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/onnx/graph.js';
import { type TestHome, testHome } from '../support/home.js';
import { zeroscout } from '../support/zeroscout.js';

const golden = (name: string) => join(import.meta.dirname, '../goldens/onnx', name);
const RESNET = golden('timm-test_resnet.onnx');
const TRANSFORMER = golden('timm-test_vit.onnx');
const EFFICIENTNET = golden('timm-test_efficientnet.onnx');

let home: TestHome;
const folder = mkdtempSync(join(tmpdir(), 'score-'));
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove());

interface Scored {
  readonly features: readonly string[];
  readonly file: string;
  readonly digest: string;
  readonly proxies: Readonly<Record<string, number>>;
  readonly score: number | null;
  readonly parameters: number;
}

describe('zeroscout score', () => {
  it('ranks several networks, and a copy under another name scores the same', async () => {
    const copy = join(folder, 'copy.onnx');
    copyFileSync(RESNET, copy);
    const { code, stdout, stderr } = await zeroscout(
      ['score', RESNET, EFFICIENTNET, copy, '--draws', '2', '--batch', '4', '--json'],
      { home },
    );
    expect(code).toBe(0);
    // A batch of 4 is too small for the last feature of each.
    expect(stderr.match(/a feature with 4 x 4 = 16 samples for (96|256) channels/g)).toHaveLength(3);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
    const [resnet, efficientnet, again] = JSON.parse(stdout) as [Scored, Scored, Scored];
    expect(resnet.parameters).toBe(469_688);
    expect(efficientnet.parameters).toBe(356_196);
    expect({ ...again, file: resnet.file }).toEqual(resnet);
    expect(efficientnet.digest).not.toBe(resnet.digest);
    for (const { proxies, score } of [resnet, efficientnet]) {
      expect(Object.keys(proxies)).toEqual(['expressivity', 'progressivity', 'trainability', 'complexity']);
      for (const value of Object.values(proxies)) expect(value).toEqual(expect.any(Number));
      expect(score).toBeLessThanOrEqual(0);
    }
  });

  it('scores the other networks with --keep-going, and says which it could not score', async () => {
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'not a network');
    const run = (...args: string[]) => zeroscout(['score', ...args, '--batch', '2'], { home });
    const none = await run(RESNET, broken, EFFICIENTNET);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('--keep-going scores those that can be');
    const some = await run(RESNET, broken, EFFICIENTNET, '--keep-going', '--json');
    expect(some.code).toBe(1);
    expect(some.stderr).toContain('broken.onnx: is not a readable ONNX network');
    const [resnet, refused, efficientnet] = JSON.parse(some.stdout);
    expect(refused).toEqual({ file: broken, error: expect.objectContaining({ code: 'invalid-input' }) });
    expect(resnet.file).toBe(RESNET);
    expect([resnet.score, efficientnet.score]).toEqual([expect.any(Number), expect.any(Number)]);
    const all = await run(broken, '--keep-going');
    expect([all.code, all.stdout]).toEqual([2, '']);
    expect(all.stderr).toContain('broken.onnx: is not a readable ONNX network');
  });

  it('names the proxy of a file that is not a number', async () => {
    const g = new GraphBuilder();
    const conv = (x: string, name: string, from: number) =>
      g.add('Conv', [x, g.weights({ name, dims: [8, from, 3, 3], data: new Float32Array(8 * from * 9) })], {
        pads: [1, 1, 1, 1],
        strides: [2, 2],
      });
    const logarithm = g.add('Log', [conv(g.add('Relu', [conv('x', 'a', 3)]), 'b', 8)]);
    const value = g.add('GlobalAveragePool', [conv(g.add('Relu', [logarithm]), 'c', 8)]);
    const file = join(folder, 'logarithm.onnx');
    const inputs = [{ name: 'x', dims: ['batch', 3, 32, 32] }];
    writeFileSync(file, g.build({ name: 'n', opset: 18, inputs, outputs: [{ name: 'y', value, dims: [] }] }));
    const { code, stderr } = await zeroscout(['score', file, '--proxies', 'snip'], { home });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`${file}: snip is not a number under draw 0`),
    ]);
    const scored = await zeroscout(['score', file, '--proxies', 'expressivity'], { home });
    expect(scored.code).toBe(0);
    expect(scored.stderr).toContain(`${file}: has a feature that is constant, or not finite in float32`);
  });

  it('tells the faults of all files at once, before any is scored', async () => {
    const damaged = join(folder, 'damaged.onnx');
    const absent = join(folder, 'absent.onnx');
    writeFileSync(damaged, 'x');
    const { code, stdout, stderr } = await zeroscout(['score', RESNET, damaged, absent], { home });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${damaged}: is not a readable ONNX network`);
    expect(stderr).toContain(`${absent}: no such file`);
  });

  it('computes the proxies that are named, of the whole network too', async () => {
    const args = ['score', RESNET, '--batch', '4', '--resolution', '64', '--json'];
    const named = async (proxies: string) => zeroscout([...args, '--proxies', proxies], { home });
    const { code, stdout } = await named('naswot,grad-norm,flops');
    expect(code).toBe(0);
    const [{ proxies }] = JSON.parse(stdout) as [Scored];
    expect(Object.keys(proxies)).toEqual(['naswot', 'grad-norm', 'flops']);
    expect(proxies['grad-norm']).toBeGreaterThan(0);
    expect(proxies.naswot).toBeGreaterThan(0);
    const wrong = await named('naswort');
    expect(wrong.code).toBe(2);
    const { error } = JSON.parse(wrong.stdout);
    expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/^option/) });
    expect(wrong.stderr).toContain('naswot');
  });

  it('computes each proxy of features and blocks by itself', async () => {
    const names = ['mean-expressivity', 'sampled-progressivity', 'residual'];
    const args = ['score', RESNET, '--batch', '4', '--json', '--proxies'];
    const all = await zeroscout([...args, ['expressivity', ...names].join()], { home });
    const [{ proxies }] = JSON.parse(all.stdout) as [Scored];
    // The stem, and the ends of four stages.
    expect(proxies['mean-expressivity']).toBeCloseTo(proxies.expressivity! / 5, 12);
    for (const name of names) {
      const { code, stdout } = await zeroscout([...args, name], { home });
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as [Scored])[0].proxies).toEqual({ [name]: proxies[name] });
      expect(proxies[name]).toEqual(expect.any(Number));
    }
  });

  it('ranks by a preset', async () => {
    const args = ['score', RESNET, EFFICIENTNET, '--batch', '4', '--json', '--aggregation'];
    const { code, stdout } = await zeroscout([...args, 'assembled'], { home });
    expect(code).toBe(0);
    const networks = JSON.parse(stdout) as [Scored, Scored];
    // The first feature, and the ends of four stages.
    expect(networks[0].features).toHaveLength(5);
    const names = Object.keys(networks[0].proxies);
    expect(names.toSorted()).toEqual(['activations', 'depth', 'flops', 'mean-expressivity', 'parameters']);
    networks.forEach(({ proxies, score }, i) => {
      const other = networks[1 - i]!.proxies;
      const behind = names.filter((name) => proxies[name]! < other[name]!).length;
      expect(score).toBeCloseTo(behind * Math.log(1 / 2), 12);
    });
    // As published, every block is read: more features than the ends of stages.
    const published = JSON.parse((await zeroscout([...args, 'az-nas'], { home })).stdout) as [Scored];
    const stages = JSON.parse((await zeroscout([...args.slice(0, -1)], { home })).stdout) as [Scored];
    expect(published[0].features.length).toBeGreaterThan(stages[0].features.length);
    const both = await zeroscout([...args, 'assembled', '--proxies', 'flops'], { home });
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("'--aggregation <PRESET>' cannot be used with option '--proxies <NAMES>'");
  });

  it('says where sizes of images differ, and which proxy does not count, in a line each', async () => {
    const files = [RESNET, TRANSFORMER, EFFICIENTNET];
    const { code, stdout, stderr } = await zeroscout(['score', ...files, '--json'], { home });
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${RESNET}: has a feature with 8 x 4 = 32 samples for 96 channels`),
      `${TRANSFORMER}: holds for a batch of 2 images only, and is scored with it`,
      expect.stringContaining(`${EFFICIENTNET}: has a feature with 8 x 4 = 32 samples for 256 channels`),
      expect.stringContaining(`: [3,64,64] for ${RESNET}, ${EFFICIENTNET}, [3,160,160] for ${TRANSFORMER};`),
      `progressivity does not count in the ranking, as it is not defined for ${TRANSFORMER}`,
    ]);
    const images = (JSON.parse(stdout) as { image: number[] }[]).map(({ image }) => image.at(-1));
    expect(images).toEqual([64, 160, 64]);
    const alone = await zeroscout(['score', TRANSFORMER, '--batch', '2', '--json'], { home });
    expect([alone.code, alone.stderr]).toEqual([0, '']);
  });

  it('gives one network no score', async () => {
    const { code, stdout } = await zeroscout(['score', RESNET, '--batch', '2', '--json'], { home });
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as [Scored])[0].score).toBeNull();
  });

  it('writes the name of a file on one line, without the colours that it would switch on', async () => {
    const odd = join(folder, 'red\u001B[31m\nfake.onnx');
    copyFileSync(RESNET, odd);
    for (const args of [
      ['score', odd, '--batch', '2'],
      ['inspect', odd],
    ]) {
      const { code, stdout } = await zeroscout(args, { home });
      expect(code).toBe(0);
      expect(stdout).toContain('red\uFFFD[31m\\nfake.onnx');
    }
  });

  it('refuses what is no network, before it scores anything', async () => {
    const text = join(folder, 'text.onnx');
    writeFileSync(text, 'no network');
    for (const file of [join(folder, 'absent.onnx'), folder, text]) {
      const { code, stdout, stderr } = await zeroscout(['score', RESNET, file], { home });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(file);
    }
    const { code, stderr } = await zeroscout(['score', RESNET, '--resolution', '96'], { home });
    expect(code).toBe(2);
    expect(stderr).toMatch(/exported for images of \[3,64,64\], not \[3,96,96\]/);
  });
});

describe('zeroscout inspect', () => {
  it('refuses to draw into a folder that does not exist, before the network is read', async () => {
    const { code, stderr } = await zeroscout(['inspect', 'no.onnx', '--svg', join(folder, 'no', 'x.svg')], {
      home,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--svg: found ".*x\.svg"; there is no folder .*no; must be a file in a folder/);
  });

  it('shows features with the parameters and multiply-accumulates between them, and draws the graph', async () => {
    const svg = join(folder, 'graph.svg');
    const { code, stdout } = await zeroscout(['inspect', RESNET, '--svg', svg, '--json'], { home });
    expect(code).toBe(0);
    const { blocks, parameters, macs } = JSON.parse(stdout) as {
      blocks: { feature?: string; parameters: number; macs: number; operators: Record<string, number> }[];
      parameters: number;
      macs: number;
    };
    expect(blocks.map(({ feature }) => feature)).toEqual([
      '/act1/Relu_output_0',
      '/layer1/layer1.0/act2/Relu_output_0',
      '/layer2/layer2.0/act2/Relu_output_0',
      '/layer3/layer3.0/act3/Relu_output_0',
      '/layer4/layer4.0/act2/Relu_output_0',
      undefined,
    ]);
    const sum = (of: (block: (typeof blocks)[number]) => number) =>
      blocks.reduce((total, block) => total + of(block), 0);
    expect(sum((block) => block.parameters)).toBe(parameters);
    expect(sum((block) => block.macs)).toBe(macs);
    expect(sum(({ operators }) => operators.Conv ?? 0)).toBe(15);
    const drawn = readFileSync(svg, 'utf8');
    expect(drawn.match(/<rect x=/g)).toHaveLength(53);
    expect(drawn.match(/#f5b041/g)).toHaveLength(5);
  });
});
