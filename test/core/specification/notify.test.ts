// Tests durations, ids and `notify` as people write them, and the messages about wrong ones.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchIdOf, workflowIdOf } from '../../../core/contract/search-queues.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { specificationDigest } from '../../../core/specification/specification-digest.js';
import { formatDuration, parseDuration } from '../../../core/text/duration.js';

test('durations: units, and back in the largest unit that fits', () => {
  expect(['90s', '5m', '2h', '30d', '0s'].map(parseDuration)).toEqual([90e3, 300e3, 7200e3, 2592e6, 0]);
  expect(['', '5', 'm', '-1s', '1.5h', '5 m', '5M'].map(parseDuration)).toEqual(Array(7).fill(undefined));
  expect([0, 90e3, 3600e3, 86_400e3].map(formatDuration)).toEqual(['0s', '90s', '1h', '1d']);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (seconds) => {
      expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test("a scheduled run's id has no colons, and finds its workflow again", () => {
  const workflowId = 'search-nightly-2026-11-24T02:00:00Z';
  expect(searchIdOf(workflowId)).toBe('nightly-2026-11-24T020000Z');
  expect(workflowIdOf('nightly-2026-11-24T020000Z')).toBe(workflowId);
  for (const id of ['plain', 'my-T020000Z', 'x-2026-11-24T020000'])
    expect([workflowIdOf(id), searchIdOf(workflowIdOf(id))]).toEqual([`search-${id}`, id]);
});

const base = { name: 'n', space: { kind: 'nas-bench-201' } };
const check = (notify: unknown) => checkSpecification({ value: { ...base, notify }, source: 'spec' });

test('notify: defaults; it changes nothing of the digest', () => {
  const specification = check({ webhook: 'https://example.org/hook', secretEnv: 'HOOK' });
  expect(specification.notify).toEqual({
    webhook: 'https://example.org/hook',
    secretEnv: 'HOOK',
    timeout: '30s',
    retries: 5,
  });
  const silent = checkSpecification({ value: base, source: 'spec' });
  const digest = (value: typeof silent) => specificationDigest(value, { inputs: {} });
  expect(digest(specification)).toBe(digest(silent));
});

test.each([
  [{}, 'notify: has neither; must have one of command, webhook'],
  [{ command: 'x', webhook: 'http://h/' }, 'notify: has both'],
  [{ command: 'x', secretEnv: 'A' }, 'notify.secretEnv: signs a webhook'],
  [{ webhook: 'ftp://h/' }, 'notify.webhook: found the text "ftp://h/"; must be an http'],
  [{ webhook: 'https://user:secret@h/' }, 'without user and password'],
  [{ webhook: 'http://h/', secretEnv: 'a b' }, 'notify.secretEnv'],
  [{ command: 'x', timeout: '2h' }, 'notify.timeout: found the text "2h"; must be a number with a unit'],
  [{ command: 'x', retries: -1 }, 'notify.retries: found -1'],
  [{ comand: 'x' }, 'unknown key "comand"; did you mean "command"?'],
])('notify: %j is refused', (notify, message) => {
  expect(() => check(notify)).toThrow(message);
});
