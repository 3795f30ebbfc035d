// Tests that proxies of whole networks do not depend on where a network keeps its images: in an axis of their
// own, together with windows or tokens, or behind the positions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scoreNetworks } from '../../../client/networks/score-networks.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import type { ProxyName } from '../../../core/specification/families.js';

const [CHANNELS, TOKENS, SIDE, CLASSES] = [8, 16, 4, 5];
const PROXIES = [
  'naswot',
  'swap',
  'near',
  'meco',
  'fisher',
  'vkdnw',
  'zen',
  'jacov',
  'plain',
  'snip',
] as const satisfies readonly ProxyName[];

/** How the tokens [images, tokens, channels] lie in the layers, and the way there and back. */
type Move = (g: GraphBuilder, x: string) => string;
interface Form {
  readonly there: Move;
  readonly back: Move;
}
const reshape =
  (...dims: number[]): Move =>
  (g, x) =>
    g.add('Reshape', [x, g.ints(...dims)]);
const swapFirst: Move = (g, x) => g.add('Transpose', [x], { perm: [1, 0, 2] });
const back = reshape(-1, TOKENS, CHANNELS);
const FORMS = {
  tokens: { there: (_, x) => x, back: (_, x) => x },
  windows: { there: reshape(-1, TOKENS / 4, CHANNELS), back },
  'the tokens of all images in a row': { there: reshape(-1, CHANNELS), back },
  'images second': { there: swapFirst, back: swapFirst },
  'positions and images in one axis': {
    there: (g, x) => reshape(-1, CHANNELS)(g, swapFirst(g, x)),
    back: (g, x) => swapFirst(g, reshape(TOKENS, -1, CHANNELS)(g, x)),
  },
  'blocks of tokens': { there: reshape(-1, 2, TOKENS / 2, CHANNELS), back },
  'a map with channels last': { there: reshape(-1, SIDE, SIDE, CHANNELS), back },
} as const satisfies Readonly<Record<string, Form>>;

const folder = mkdtempSync(join(tmpdir(), 'images-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function score(name: keyof typeof FORMS) {
  const { there, back }: Form = FORMS[name];
  const g = new GraphBuilder();
  const weight = (of: string, ...dims: number[]) =>
    g.weights({ name: of, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const patches = g.add('Conv', ['x', weight('patch', CHANNELS, 3, 4, 4)], { strides: [4, 4] });
  const rows = g.add('Reshape', [patches, g.ints(0, CHANNELS, -1)]);
  let x = g.add('Transpose', [rows], { perm: [0, 2, 1] });
  for (let block = 0; block < 2; block++) {
    const inner = g.add('MatMul', [there(g, x), weight(`up${block}`, CHANNELS, 12)]);
    const outer = g.add('MatMul', [g.add('Relu', [inner]), weight(`down${block}`, 12, CHANNELS)]);
    x = g.add('Add', [x, back(g, outer)]);
  }
  const mean = g.add('ReduceMean', [x, g.ints(1)], { keepdims: 0 });
  const value = g.add('MatMul', [mean, weight('head', CHANNELS, CLASSES)]);
  const file = join(folder, `${Object.keys(FORMS).indexOf(name)}.onnx`);
  const inputs = [{ name: 'x', dims: ['batch', 3, SIDE * 4, SIDE * 4] }];
  writeFileSync(file, g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] }));
  const load = { batch: 3, normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 4, threads: 1, proxies: PROXIES };
  return (await scoreNetworks({ files: [file], options }))[0]!.proxies;
}

let expected: Awaited<ReturnType<typeof score>>;
beforeAll(async () => {
  expected = await score('tokens');
});

it.each(Object.keys(FORMS).slice(1) as (keyof typeof FORMS)[])('%s', async (form) => {
  const found = await score(form);
  for (const name of PROXIES) {
    expect(expected[name]).not.toBe(0);
    expect(found[name]! / expected[name]!, name).toBeCloseTo(1, 4);
  }
});
