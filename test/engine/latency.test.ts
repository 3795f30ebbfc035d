// Tests that latencies are measured through the process that a worker uses.
import { afterAll, expect, test } from 'vitest';
import type { Measurement } from '../../core/contract/latency.js';
import { moduleDigest } from '../../core/spaces/module/definition.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { built } from '../support/engine.js';

const pool = createScorerPool({ script: built('engine/latency-process.js'), size: 1 });
afterAll(() => pool.close());

const FEW = '|avg_pool_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|';
const MANY =
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';

async function latency(space: SpaceSpecification, candidate: string, resolution: number): Promise<number> {
  const fidelity = { batch: 1, resolution, weights: 'shared', features: 'blocks' } as const;
  const [measured] = await pool.score({ space, candidate, seed: 1, fidelity, draws: [0] });
  return measured!.latency!;
}

test('a cell of six convolutions takes longer than one without any, at 64 pixels longer than at 32', async () => {
  const space = { kind: 'nas-bench-201' } as const;
  const [few, many, large] = [
    await latency(space, FEW, 32),
    await latency(space, MANY, 32),
    await latency(space, MANY, 64),
  ];
  expect(few).toBeGreaterThan(0);
  expect(many).toBeGreaterThan(few);
  expect(large).toBeGreaterThan(many);
}, 120_000);

test('a measurement says how its runs spread, and how much of a processor they had', async () => {
  const fidelity = { batch: 1, resolution: 32, weights: 'shared', features: 'blocks' } as const;
  const given = { space: { kind: 'nas-bench-201' }, candidate: FEW, seed: 1, fidelity, draws: [0] } as const;
  const [measured] = await pool.score(given);
  const { latency, low, high, runs, cpu } = measured as unknown as Required<Measurement>;
  expect(low).toBeGreaterThan(0);
  expect(low).toBeLessThanOrEqual(latency);
  expect(high).toBeGreaterThanOrEqual(latency);
  expect(runs).toBeGreaterThanOrEqual(9);
  expect(cpu).toBeGreaterThan(0);
}, 120_000);

test('a candidate that is none is set aside with its reason, and the next one is measured', async () => {
  const space = { kind: 'nas-bench-201' } as const;
  await expect(latency(space, 'nobody', 32)).rejects.toThrow('candidate "nobody"');
  expect(await latency(space, FEW, 32)).toBeGreaterThan(0);
}, 120_000);

test('the code of a space runs where it is allowed, and nowhere else', async () => {
  const code = `
    const none = () => { throw new Error('there is nothing here'); };
    exports.default = { resolution: 32, parse: none, random: none, mutate: none, network: none };`;
  const proxies = ['complexity'] as const;
  const space = { kind: 'module', code, digest: moduleDigest(code), resolution: 32, proxies } as const;
  const fidelity = { batch: 1, resolution: 32, weights: 'shared', features: 'blocks' } as const;
  const answerOf = async (modules: 'allowed' | 'refused') => {
    const script = built('engine/latency-process.js');
    const other = createScorerPool({ script, size: 1, scorer: { modules } });
    const answer = other.score({ space, candidate: 'x', seed: 1, fidelity, draws: [0] });
    return await answer.catch((error: Error) => error.message).finally(() => other.close());
  };
  expect(await answerOf('allowed')).toContain('there is nothing here');
  expect(await answerOf('refused')).toContain('ZEROSCOUT_ALLOW_MODULES=1');
}, 120_000);
