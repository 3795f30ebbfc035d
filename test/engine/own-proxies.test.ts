// Tests that proxies of one's own are given what built-in ones are, and that their faults set the candidate aside.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withProxyFiles } from '../../client/specification/read-own-proxies.js';
import { SpecError } from '../../core/errors.js';
import { moduleDigest } from '../../core/spaces/module/definition.js';
import type { OwnProxySpecification } from '../../core/specification/own-proxies.js';
import { type CpuScorer, createCpuScorer } from '../../engine/cpu-scorer.js';
import { allowOwnProxies, openModule } from '../../engine/own-proxies.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { ROOT } from '../support/zeroscout.js';

let scorer: CpuScorer;
beforeAll(async () => {
  scorer = await createCpuScorer({ threads: 1 });
});
afterAll(() => scorer.close());

const module = (name: string, needs: OwnProxySpecification['needs'], compute: string) => {
  const code = `const { norm } = require('zeroscout/proxy'); exports.default = { name: '${name}', needs: ${JSON.stringify(needs)}, compute: ${compute} };`;
  return { name: `own-${name}`, digest: moduleDigest(code), code, needs };
};
const request = (
  own: readonly OwnProxySpecification[],
  families: ScoreRequest['families'],
): ScoreRequest => ({
  space: { kind: 'nas-bench-201' },
  candidate: '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|',
  seed: 1,
  draws: [0],
  fidelity: { batch: 4, resolution: 16, weights: 'shared', features: 'stages' },
  ...(families ? { families } : {}),
  own,
});

const gradNorm = module(
  'norms',
  ['weight-gradients'],
  '({ layers }) => layers.reduce((sum, { gradients }) => sum + norm(gradients), 0)',
);

test('no process runs one before it is allowed to', async () => {
  const [outcome] = await scorer.scoreAll([request([gradNorm], ['own'])]);
  expect(outcome).toMatchObject({ reason: 'invalid' });
  allowOwnProxies();
});

test('it sees the gradients that grad-norm sees, beside other families', async () => {
  allowOwnProxies();
  const costs = module('costs', ['network'], '({ costs, depth }) => costs.flops + depth');
  const [found] = await scorer.score(request([gradNorm, costs], ['az-nas', 'grad-norm', 'counts', 'own']));
  expect(found!['own-norms']).toBe(found!['grad-norm']);
  expect(found!['own-costs']).toBe(found!.complexity! + found!.depth!);
});

test('it sees the weights of every layer, whatever it needs', async () => {
  allowOwnProxies();
  const weights = module('weights', ['network'], '({ layers }) => layers[0].weights.length');
  const [found] = await scorer.score(request([weights], ['own']));
  // The stem has 16 filters of 3 channels and 3 x 3 positions.
  expect(found).toEqual({ 'own-weights': 16 * 3 * 3 * 3 });
});

test('beside others it has the value that it has alone, whatever they write to what they are given', async () => {
  allowOwnProxies();
  const sums = module(
    'sums',
    ['weight-gradients'],
    '({ layers, labels }) => layers.reduce((sum, { weights, gradients }) => sum + weights[0] * gradients[0], labels[0])',
  );
  const writes = module(
    'a-writer',
    ['weight-gradients'],
    '(m) => { for (const { weights, gradients, shape } of m.layers) { weights.sort(); gradients.fill(0); shape.length = 0; } m.labels.fill(9); m.layers.length = 0; m.costs.flops = 0; return 1; }',
  );
  const costs = module('costs', [], '({ costs }) => costs.flops');
  const [alone] = await scorer.score(request([sums], ['own']));
  const [beside] = await scorer.score(request([writes, sums, costs], ['az-nas', 'own']));
  expect(beside!['own-sums']).toBe(alone!['own-sums']);
  expect(beside!['own-costs']).toBe(beside!.complexity);
});

test('what it does not need is absent, also where another proxy needs it', async () => {
  allowOwnProxies();
  const fields = "['gradients', 'flow'].filter((name) => layers.some((layer) => name in layer)).length";
  const greedy = module('greedy', ['weights'], `({ layers, flowScale }) => flowScale ?? ${fields}`);
  const needy = module(
    'needy',
    ['absolute-weights'],
    `({ layers, flowScale }) => (flowScale === undefined ? -1 : ${fields})`,
  );
  const [found] = await scorer.score(request([gradNorm, greedy, needy], ['own']));
  expect(found).toMatchObject({ 'own-greedy': 0, 'own-needy': 1 });
});

test('what it does wrong sets the candidate aside, with its name', async () => {
  allowOwnProxies();
  const faults = [
    [module('nan', [], '() => NaN'), 'not-a-number'],
    [module('text', [], "() => 'high'"), 'error'],
    [module('throws', [], '({ layers }) => layers[0].gradients.length'), 'error'],
    [module('null', [], '() => { throw null; }'), 'error', 'own-null: threw null, which is no error'],
    [module('said', [], "() => { throw 'too wide'; }"), 'error', 'own-said: too wide'],
    [module('later', [], 'async () => 1'), 'error', 'own-later: compute answered a promise'],
    [module('none', [], '() => null'), 'error', 'own-none: compute answered null; must be a number'],
    // A proxy is given no random stream.
    [
      module('random', [], '() => Math.random()'),
      'error',
      'own-random: Math.random differs between processes; results may depend only on what is passed in',
    ],
    [{ ...gradNorm, digest: 'a'.repeat(64) }, 'invalid'],
  ] as const;
  for (const [own, reason, detail = own.name] of faults) {
    const [outcome] = await scorer.scoreAll([request([own], ['own'])]);
    expect(outcome).toMatchObject({ reason });
    if (reason === 'error') expect(outcome).toMatchObject({ detail: expect.stringContaining(detail) });
  }
});

test('a specification that renames a module, or changes its needs, is refused by scorer and reader', async () => {
  allowOwnProxies();
  const costs = module('costs', ['network', 'weights'], '({ costs }) => costs.flops');
  const reordered = { ...costs, needs: ['weights', 'network', 'weights'] as const };
  const [fine] = await scorer.scoreAll([request([reordered], ['own'])]);
  expect(fine).not.toHaveProperty('reason');
  const changed = [
    [{ ...costs, name: 'own-other' }, 'name is own-other, but the module exports own-costs'],
    [
      { ...costs, needs: ['network'] as const },
      'needs is [network], but the module exports [network, weights]',
    ],
  ] as const;
  for (const [own, why] of changed) {
    const [outcome] = await scorer.scoreAll([request([own], ['own'])]);
    expect(outcome).toMatchObject({ reason: 'invalid', detail: expect.stringContaining(why) });
    const read = (modules: 'allowed' | 'refused') =>
      withProxyFiles({
        value: { proxies: [own.name], ownProxies: [own] },
        modules,
        resolve: () => Promise.reject(),
      });
    await expect(read('allowed')).rejects.toThrow(`ownProxies: ${own.name}: ${why}`);
    // Without permission nothing is evaluated.
    await expect(read('refused')).resolves.toMatchObject({ ownProxies: [own] });
  }
});

test('the sixteen modules that were used last are kept, and evaluated once', () => {
  const numbered = (i: number) => openModule(module(`number-${i}`, [], `() => ${i}`));
  const first = numbered(0);
  const second = numbered(1);
  for (let i = 2; i <= 15; i++) numbered(i);
  expect(numbered(0)).toBe(first);
  const last = numbered(15);
  numbered(16);
  expect(numbered(15)).toBe(last);
  expect(numbered(0)).toBe(first);
  expect(numbered(1)).not.toBe(second);
});

test('a specification names files, of which the names, needs and code are left', async () => {
  const file = join(ROOT, 'examples/proxies/gradient-balance.ts');
  const files: Record<string, string> = {
    'balance.ts': readFileSync(file, 'utf8'),
    'nameless.ts': 'export default { needs: [], compute: () => 1 }',
    'needy.ts': "export default { name: 'needy', needs: ['gradients'], compute: () => 1 }",
    'empty.ts': 'export const x = 1',
    'null.ts': 'throw null',
    'wrong.ts': "export default { name: 'wrong', needs: ['netwrok'], compute: () => 1 }",
  };
  const read = (value: object, modules: 'allowed' | 'refused' = 'allowed') =>
    withProxyFiles({
      value,
      modules,
      resolve: async (name) => new TextEncoder().encode(files[name]!),
    });
  const aggregation = { weights: { 'balance.ts': 2, complexity: 1 } };
  expect(await read({ proxies: ['complexity', 'balance.ts'], aggregation })).toMatchObject({
    proxies: ['complexity', 'own-gradient-balance'],
    aggregation: { weights: { 'own-gradient-balance': 2, complexity: 1 } },
    ownProxies: [{ name: 'own-gradient-balance', needs: ['weight-gradients', 'labels'] }],
  });
  await expect(read({ proxies: ['balance.ts'] }, 'refused')).rejects.toMatchObject({
    field: 'proxies.0',
    issues: [{ advice: { code: 'allow-modules' } }],
  });
  const twice = { weights: { 'balance.ts': 2, 'own-gradient-balance': 1 } };
  await expect(read({ proxies: ['balance.ts'], aggregation: twice })).rejects.toMatchObject({
    field: 'aggregation.weights.own-gradient-balance',
    message: expect.stringContaining('found beside balance.ts, which is the same proxy'),
  });
  await expect(read({ proxies: ['empty.ts'] })).rejects.toThrow('default export: missing; must be { name,');
  for (const name of ['nameless.ts', 'needy.ts', 'empty.ts'])
    await expect(read({ proxies: [name] })).rejects.toThrow(SpecError);
  await expect(read({ proxies: ['wrong.ts'] })).rejects.toThrow(
    'needs: unknown "netwrok"; did you mean "network"?',
  );
  await expect(read({ proxies: ['null.ts'] })).rejects.toThrow('threw null, which is no error');
  await expect(read({ proxies: ['balance.ts', 'balance.ts'] })).rejects.toThrow(SpecError);
});
