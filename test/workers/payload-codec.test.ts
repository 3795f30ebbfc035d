// Tests that payloads encrypted under the first key can be decrypted with any list that contains it, and by
// nothing else.
import { createSecretKey, randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { createPayloadCodec, type EncryptionKey, inTheClear } from '../../workers/payload-codec.js';

const keyNamed = (id: string): EncryptionKey => ({ id, secret: createSecretKey(randomBytes(32)) });
const [old, fresh] = [keyNamed('old'), keyNamed('fresh')];
const codec = (...keys: EncryptionKey[]) => createPayloadCodec({ keys });
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value)!;

test('any value comes back, and nothing of it is seen on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const planted = { planted: 'planted-text', value };
      const [encrypted] = await codec(fresh, old).encode([payloadOf(planted)]);
      expect(Buffer.from(encrypted!.data!).includes('planted')).toBe(false);
      const [decrypted] = await codec(old, fresh).decode([encrypted!]);
      expect(defaultPayloadConverter.fromPayload(decrypted!)).toEqual(JSON.parse(JSON.stringify(planted)));
    }),
    { numRuns: 50 },
  );
});

test('the first key encrypts, all read, and the same text never looks the same', async () => {
  const text = payloadOf('the same');
  const idOf = ({ metadata }: { metadata?: Record<string, Uint8Array> | null }) =>
    Buffer.from(metadata!['encryption-key-id']!).toString();
  const [before] = await codec(old).encode([text]);
  const [after, again] = await codec(fresh, old).encode([text, text]);
  expect([before, after].map((payload) => idOf(payload!))).toEqual(['old', 'fresh']);
  expect(Buffer.compare(after!.data!, again!.data!)).not.toBe(0);
  const read = await codec(fresh, old).decode([before!, after!]);
  expect(read.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
    'the same',
    'the same',
  ]);
});

test('without keys nothing is encrypted, and what is not encrypted is read with keys too', async () => {
  const plain = payloadOf({ a: 1 });
  expect(await codec().encode([plain])).toEqual([plain]);
  expect(await codec(fresh).decode([plain])).toEqual([plain]);
});

test('a value in the clear is read with every key and with none, also after the key of its time is gone', async () => {
  const encoded = await codec(old).encode([inTheClear('0 2 * * *').payload, payloadOf('text')]);
  expect(Buffer.from(encoded[1]!.data!).includes('text')).toBe(false);
  for (const keys of [[old], [fresh], []]) {
    const [decoded] = await codec(...keys).decode([encoded[0]!]);
    expect(defaultPayloadConverter.fromPayload(decoded!)).toBe('0 2 * * *');
  }
});

test('a key that is missing, another of the same name, and data that was altered', async () => {
  const [encrypted] = await codec(old).encode([payloadOf('text')]);
  const refusal = async (...keys: EncryptionKey[]) => {
    const error: unknown = await codec(...keys)
      .decode([encrypted!])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SpecError);
    expect((error as SpecError).field).toBe('ZEROSCOUT_ENCRYPTION_KEYS');
    return (error as SpecError).message;
  };
  expect(await refusal()).toContain('"old"');
  expect(await refusal(fresh)).toMatch(/"fresh".*"old"/);
  expect(await refusal(keyNamed('old'))).toMatch(/"old".*another key/);
  for (const at of [0, 20, encrypted!.data!.length - 1]) {
    const data = Uint8Array.from(encrypted!.data!);
    data[at]! ^= 1;
    await expect(codec(old).decode([{ ...encrypted, data }])).rejects.toThrow('altered');
  }
  await expect(codec(old).decode([{ ...encrypted, data: new Uint8Array(3) }])).rejects.toThrow('altered');
});
