// Tests that probes, which anybody may send, cannot be used to load Temporal.
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import { answerReady } from '../../http/probes.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('probes within a second share one question to Temporal, and later ones ask again', async () => {
  let asked = 0;
  let isThere = true;
  const searches = {
    // biome-ignore lint/correctness/useYield: there is no search yet
    async *list() {
      asked++;
      if (!isThere) throw new Error('away');
    },
  } as unknown as Zeroscout['searches'];
  const app = new Hono().get('/readyz', answerReady({ searches }));
  const probe = async () => (await app.request('/readyz')).status;
  expect(new Set(await Promise.all(Array.from({ length: 50 }, probe)))).toEqual(new Set([200]));
  expect(asked).toBe(1);
  isThere = false;
  vi.advanceTimersByTime(1_000);
  expect(await probe()).toBe(503);
  expect(await probe()).toBe(503);
  expect(asked).toBe(2);
});
