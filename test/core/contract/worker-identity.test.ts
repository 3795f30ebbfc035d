// Tests that a worker's identity names its engine and all families, and is short enough for every Temporal.
import { expect, test } from 'vitest';
import { wholeVersion } from '../../../core/contract/engines.js';
import { codeOf, expandVersion, shortenVersion } from '../../../core/contract/short-version.js';
import { formatIdentity, readIdentity } from '../../../core/contract/worker-identity.js';
import { ENGINE_VERSION } from '../../../core/engine-version.js';
import { FAMILY_NAMES } from '../../../core/specification/families.js';

const engine = wholeVersion(ENGINE_VERSION);

test.each([engine, 'block-8', 'block-9.ort-1.31.0+residual-12+zen-2+synflow-1+of-the-future-3+snip-3'])(
  'version %s is read as it was written',
  (version) => {
    expect(expandVersion(shortenVersion(version))).toBe(version);
  },
);

test('every family has a code of its own', () => {
  expect(new Set(FAMILY_NAMES.map(codeOf)).size).toBe(FAMILY_NAMES.length);
});

test('a family that this release does not know does not hide the others', () => {
  expect(expandVersion('block-8~1xxx~2')).toBe('block-8+xxx-1~2');
  expect(expandVersion(`block-8~1${codeOf('residual')}xxx`)).toBe('block-8+residual-1+xxx-1');
});

test('identities of earlier releases, with whole names, are read', () => {
  const worker = { role: 'control', place: '7@node', engine } as const;
  expect(readIdentity(`7@node control ${engine}`)).toEqual(worker);
  expect(readIdentity(formatIdentity(worker))).toEqual(worker);
});

// Temporal's SDK names the queue of cached workflows after the identity and a UUID; a column of PostgreSQL holds
// 255 characters.
test('a pod with the longest name fits into the names of queues', () => {
  const place = `1234567@${'p'.repeat(63)}`;
  const control = formatIdentity({ role: 'control', place, engine });
  expect(`${control}-${crypto.randomUUID()}`.length).toBeLessThanOrEqual(255);
});
