// Tests that the server counts as ready while Temporal answers, whatever it answers with, and that probes, which anybody
// may send, cannot be used to load Temporal.
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import { ServiceError, SpecError } from '../../core/errors.js';
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

async function probe(fault?: Error): Promise<number> {
  const list = async function* () {
    if (fault) throw fault;
    yield* [];
  };
  const app = new Hono().get('/readyz', answerReady({ searches: { list } } as never));
  return (await app.request('/readyz')).status;
}

it('a search under a key that is missing leaves the page in service, a server that is away does not', async () => {
  expect(await probe()).toBe(200);
  expect(await probe(SpecError.of({ path: 'ZEROSCOUT_ENCRYPTION_KEYS', message: 'is not set' }))).toBe(200);
  const away = {
    reason: 'unreachable',
    address: 'temporal:7233',
    fault: 'nobody listens',
    remedy: '',
  } as const;
  expect(await probe(new ServiceError(away))).toBe(503);
});
