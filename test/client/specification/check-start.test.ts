// Tests that the library refuses in advance what would fail a search or a schedule at its end, without
// contacting a server.
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../../../client/connections/session.js';
import { createSchedules } from '../../../client/schedules/schedules.js';
import { createSearches } from '../../../client/searches/searches.js';

const level = process.env.ZEROSCOUT_LOG_LEVEL;
afterEach(() => {
  process.env.ZEROSCOUT_LOG_LEVEL = level;
  if (level === undefined) delete process.env.ZEROSCOUT_LOG_LEVEL;
});

/** Fails if a server is requested. */
const session = { modules: 'refused', onNote: () => {} } as unknown as Session;
const specification = (notify: object | undefined) => ({
  value: { name: 'a', space: 'nas-bench-201', strategy: { kind: 'random', samples: 2 }, notify },
});
const SIGNED_BY_SETTING = { webhook: 'https://example.com/a', secretEnv: 'NATS_PASSWORD' };

const searches = createSearches({
  session,
  scoring: {} as never,
  isRestarted: () => false,
  connection: {} as never,
});
const schedules = createSchedules(session);
const CALLS: readonly (readonly [string, (notify?: object) => Promise<unknown>])[] = [
  ['searches.start', (notify) => searches.start({ specification: specification(notify), workers: 0 })],
  [
    'schedules.create',
    (notify) => schedules.create({ name: 'n', cron: '0 2 * * *', specification: specification(notify) }),
  ],
  ['schedules.update', (notify) => schedules.update('n', specification(notify))],
];

test.each(CALLS)('%s', async (_, call) => {
  await expect(call(SIGNED_BY_SETTING)).rejects.toMatchObject({
    code: 'invalid-input',
    field: 'notify.secretEnv',
  });
  process.env.ZEROSCOUT_LOG_LEVEL = 'loud';
  await expect(call()).rejects.toMatchObject({ code: 'invalid-input', field: 'ZEROSCOUT_LOG_LEVEL' });
});
