// Tests what a pool reports about the requests that its scorers received, and that scorers of too much memory are ended.
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ScoredBatch } from '../../engine/pool-event.js';
import { createScorerPool, type ScorerLimits } from '../../engine/scorer-pool.js';
import { request } from '../support/engine.js';

const script = fileURLToPath(new URL('../faults/slow-scorer.mjs', import.meta.url));
const stub = (candidate: string) => ({ ...request(candidate), candidate });

/** A pool of one scorer, on a clock by which each request takes two and a half seconds. */
function open(limits: ScorerLimits = {}) {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const batches: ScoredBatch[] = [];
  const pool = createScorerPool({
    script,
    size: 1,
    limits,
    listener: {
      onEvent: ({ type }) => {
        if (type === 'sent') clock += 2_500;
      },
      onBatch: (batch) => void batches.push(batch),
    },
  });
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await pool.close();
  });
  return { pool, batches };
}

it('its requests and its seconds', async () => {
  const { pool, batches } = open();
  await pool.score(stub('abc'));
  expect(batches).toEqual([{ pid: pool.pids()[0], requests: [stub('abc')], seconds: 2.5 }]);
});

it('why there was no answer, for each attempt', async () => {
  const { pool, batches } = open();
  await expect(pool.score(stub('broken'))).rejects.toThrow('its scorer broke: no device any more, 3 times');
  const fault = 'broke: no device any more';
  expect(batches).toMatchObject(new Array(3).fill({ requests: [stub('broken')], seconds: 2.5, fault }));
});

it('that the pool was closed', async () => {
  const { pool, batches } = open();
  await pool.score(stub('abc'));
  const closed = expect(pool.score(stub('slow'))).rejects.toThrow('the scorer pool is closed');
  await pool.close();
  await closed;
  expect(batches.map(({ fault }) => fault)).toEqual([undefined, 'the scorer pool is closed']);
});

// Only Linux says how much memory another process has.
it.skipIf(process.platform !== 'linux')(
  'a scorer that exceeds three times the limit during its work is ended, and its candidate set aside',
  async () => {
    const { pool } = open({ maxResidentBytes: 10_000_000 });
    await expect(pool.score(stub('stuck'))).rejects.toMatchObject({
      reason: 'memory',
      message: 'more than 30 MB of memory, 3 times',
    });
  },
);

it('a scorer stays behind its work where a larger limit than the usual one is set', async () => {
  // It says that it has 2 GB.
  for (const [limits, isSame] of [
    [{}, false],
    [{ maxResidentBytes: 3e9 }, true],
  ] as const) {
    const { pool, batches } = open(limits);
    for (let i = 0; i < 2; i++) await pool.score(stub('large'));
    expect(batches[0]!.pid === batches[1]!.pid).toBe(isSame);
    expect(pool.countDeaths()).toBe(0);
  }
});
