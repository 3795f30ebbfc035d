// Tests that notifications that would be refused are errors with an own control worker, and notes elsewhere.
import { expect, test } from 'vitest';
import { checkNotify } from '../../../client/specification/check-notify.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const elsewhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', NATS_URL: 'nats://127.0.0.1:1' };
const check = (notify: object, env: NodeJS.ProcessEnv) => {
  const value = { name: 'a', space: 'nas-bench-201', strategy: { kind: 'random', samples: 2 }, notify };
  const notes: string[] = [];
  const specification = checkSpecification({ value, source: 'a.yaml' });
  checkNotify({ specification, env, onNote: (text) => notes.push(text) });
  return notes.join('');
};
const webhook = 'https://example.org/hook';

test.each([
  [
    { webhook, secretEnv: 'DATABASE_PASSWORD' },
    'notify.secretEnv: DATABASE_PASSWORD is not allowed; a webhook may only be signed with a variable meant for that: name it ZEROSCOUT_SECRET_DATABASE_PASSWORD, or list DATABASE_PASSWORD in ZEROSCOUT_NOTIFY_SECRETS of the control workers',
  ],
  [
    { webhook: 'http://169.254.169.254/latest' },
    'notify.webhook: 169.254.169.254 is the metadata service of a cloud',
  ],
  [{ webhook: 'http://2130706433/' }, 'notify.webhook: 127.0.0.1 is a loopback address'],
])('%j', (notify, message) => {
  expect(() => check(notify, {})).toThrow(message);
  expect(check(notify, elsewhere)).toContain(message);
});

test('settings of zeroscout are refused everywhere', () => {
  const notify = { webhook, secretEnv: 'NATS_PASSWORD' };
  for (const env of [{}, elsewhere])
    expect(() => check(notify, env)).toThrow(
      expect.objectContaining({
        field: 'notify.secretEnv',
        message: expect.stringContaining('NATS_PASSWORD'),
      }),
    );
});

test.each([
  [{ webhook, secretEnv: 'ZEROSCOUT_SECRET_HOOK' }, {}],
  [{ webhook, secretEnv: 'HOOK_SECRET' }, { ZEROSCOUT_NOTIFY_SECRETS: 'OTHER, HOOK_SECRET' }],
  [{ webhook: 'http://127.0.0.1/' }, { ZEROSCOUT_NOTIFY_ALLOW: 'loopback' }],
  [{ command: 'true' }, {}],
])('%j with %j is as it should be', (notify, env) => expect(check(notify, env)).toBe(''));
