// Tests that encryption keys are read in order, and that a wrong entry is named without its key.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readEncryptionKeys } from '../../../client/connections/encryption-keys.js';
import { SpecError } from '../../../core/errors.js';

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-keys-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bytes = [randomBytes(32), randomBytes(32)] as const;
const [first, second] = bytes.map((key) => key.toString('base64')) as [string, string];
const read = (text: string) => readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS: text } });

test('none, one, several; from the variable and from a file, in order', () => {
  expect(readEncryptionKeys({ env: {} })).toEqual([]);
  expect(readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS: '' } })).toEqual([]);
  const file = join(dir, 'keys');
  writeFileSync(file, `# the new one\nnew:${first}\n\nold.1:${second}  # until March\n`);
  for (const keys of [
    read(`new:${first},old.1:${second}`),
    readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS_FILE: file } }),
  ]) {
    expect(keys.map(({ id }) => id)).toEqual(['new', 'old.1']);
    expect(keys.map(({ secret }) => secret.export())).toEqual([...bytes]);
  }
  expect(read(`a:${bytes[0].toString('base64url')}`)[0]!.secret.export()).toEqual(bytes[0]);
});

describe('what cannot be right', () => {
  const short = randomBytes(31).toString('base64');
  test.each([
    ['no name', first, /key 1 is not NAME:KEY/],
    ['a name that is none', `new:${first},a b:${second}`, /key 2 is not NAME:KEY/],
    [
      'a short key',
      `new:${first},old:${short}`,
      /key 2, "old", is not 32 bytes in base64; make one: .*openssl/,
    ],
    ['no base64', `old:${'!'.repeat(44)}`, /key 1, "old", is not 32 bytes/],
    ['a name twice', `old:${first},old:${second}`, /"old" occurs twice/],
    ['only a comma', ',', /holds no key; make one/],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(SpecError);
    expect(() => read(text)).toThrow(message);
    try {
      read(text);
    } catch (error) {
      for (const secret of [first, second, short]) expect(String(error)).not.toContain(secret.slice(0, 12));
    }
  });

  test('both, and a file that is not there', () => {
    const file = join(dir, 'nowhere');
    const both = { ZEROSCOUT_ENCRYPTION_KEYS: `a:${first}`, ZEROSCOUT_ENCRYPTION_KEYS_FILE: file };
    expect(() => readEncryptionKeys({ env: both })).toThrow(
      expect.objectContaining({ field: 'ZEROSCOUT_ENCRYPTION_KEYS' }),
    );
    expect(() => readEncryptionKeys({ env: both })).toThrow('ZEROSCOUT_ENCRYPTION_KEYS_FILE');
    expect(() => readEncryptionKeys({ env: { ZEROSCOUT_ENCRYPTION_KEYS_FILE: file } })).toThrow(
      expect.objectContaining({ field: 'ZEROSCOUT_ENCRYPTION_KEYS_FILE' }),
    );
  });
});
