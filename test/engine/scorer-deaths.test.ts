// Tests what a pool does with scorers that it has killed, and with processes that the system refuses.
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { PoolEvent } from '../../engine/pool-event.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { request } from '../support/engine.js';

const script = fileURLToPath(new URL('../faults/slow-scorer.mjs', import.meta.url));
const stub = (candidate: string) => ({ ...request(candidate), candidate });

function open(options: Partial<Parameters<typeof createScorerPool>[0]> = {}) {
  const events: PoolEvent[] = [];
  const listener = { onEvent: (event: PoolEvent) => void events.push(event) };
  const pool = createScorerPool({ script, size: 1, listener, ...options });
  onTestFinished(() => pool.close());
  return { pool, events };
}

/** Keeps this process from reading answers. */
const block = (milliseconds: number) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

it('a scorer that was killed gets no other candidate, even if its answer came before it ended', async () => {
  const { pool, events } = open({ limits: { timeoutMs: 300 } });
  await pool.score(stub('warm'));
  const first = pool.score(stub('first'));
  const second = pool.score(stub('second'));
  // The answer arrives meanwhile; the time limit is noticed before it is read.
  block(1000);
  expect(await first).toMatchObject([{ complexity: 5 }]);
  expect(await second).toMatchObject([{ complexity: 6 }]);
  expect(events.filter(({ type }) => type === 'sent')).toHaveLength(3);
  expect(events.filter((event) => event.type === 'died' && event.candidate)).toEqual([]);
});

it('a process that the system refuses counts as a scorer that does not start', async () => {
  // An environment of more than the 128 kB that one variable may have.
  process.env.ZEROSCOUT_TEST_LARGE = 'x'.repeat(200_000);
  onTestFinished(() => void delete process.env.ZEROSCOUT_TEST_LARGE);
  const { pool, events } = open();
  await expect(pool.score(stub('first'))).rejects.toThrow(/no scorer starts: .*E2BIG.*, 5 times in a row/);
  delete process.env.ZEROSCOUT_TEST_LARGE;
  expect(await pool.score(stub('second'))).toMatchObject([{ complexity: 6 }]);
  expect(events.filter(({ type }) => type === 'sent')).toHaveLength(1);
});
