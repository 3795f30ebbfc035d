// Tests proxies that read maps or activation functions on a network of linear layers, which has neither, and
// those that compare images where there is one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scoreNetworks } from '../../../client/networks/score-networks.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import type { ProxyName } from '../../../core/specification/families.js';

/** No layer has more positions than channels, so none has a covariance. */
const [TOKENS, CHANNELS] = [4, 12];
const folder = mkdtempSync(join(tmpdir(), 'linear-'));
const file = join(folder, 'linear.onnx');
beforeAll(() => {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: [number, number]) =>
    g.weights({ name, dims, data: new Float32Array(dims[0] * dims[1]) });
  let x = g.add('Reshape', ['x', g.ints(0, TOKENS, CHANNELS)]);
  for (let block = 0; block < 3; block++)
    x = g.add('Add', [x, g.add('MatMul', [x, weight(`w${block}`, CHANNELS, CHANNELS)])]);
  const mean = g.add('ReduceMean', [x, g.ints(1)], { keepdims: 0 });
  const value = g.add('MatMul', [mean, weight('head', CHANNELS, 5)]);
  const inputs = [{ name: 'x', dims: ['batch', 3, 4, 4] }];
  writeFileSync(file, g.build({ name: 'linear', inputs, outputs: [{ name: 'y', value, dims: [] }] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const score = (...proxies: ProxyName[]) => scoreBatch(4, proxies);

async function scoreBatch(batch: number, proxies: readonly ProxyName[]) {
  const load = { batch, normalization: 'file' } as const;
  const options = { load, draws: 1, seed: 1, threads: 1, proxies };
  return (await scoreNetworks({ files: [file], options }))[0]!.proxies;
}

it.each(['meco', 'near', 'swap'] as const)('%s alone is 0', async (proxy) => {
  expect(await score(proxy)).toEqual({ [proxy]: 0 });
});

it('naswot alone is what it is beside a proxy that reads other statistics', async () => {
  const [alone, beside] = [await score('naswot'), await score('naswot', 'zen')];
  expect(alone.naswot).toBe(beside.naswot);
  expect(beside.zen).not.toBe(0);
});

it.each(['jacov', 'naswot', 'epe-nas', 'swap'] as const)(
  '%s has no value for a single image',
  async (proxy) => {
    const message = `found a batch of 1; must be at least 2, as images are compared with each other by ${proxy}`;
    await expect(scoreBatch(1, ['flops', proxy])).rejects.toMatchObject({ issues: [{ file, message }] });
    expect(await scoreBatch(2, [proxy])).toHaveProperty(proxy);
  },
);
