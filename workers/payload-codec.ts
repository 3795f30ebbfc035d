// Encrypts the payloads that Temporal stores (AES-256-GCM) under the first key, and decrypts those of any
// key.
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload, type PayloadCodec, RawValue } from '@temporalio/common';
import proto from '@temporalio/proto';
import { SpecError } from '../core/errors.js';

export interface EncryptionKey {
  /** The id of a key, stored unencrypted beside the payload. */
  readonly id: string;
  /** A key of 256 bits. */
  readonly secret: KeyObject;
}

/** The environment variable that holds the keys. */
export const KEYS_VARIABLE = 'ZEROSCOUT_ENCRYPTION_KEYS';

/** Names and layout are those of Temporal's own samples, so that other codec servers can read them. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The name of the metadata of a payload that is stored unencrypted. */
const CLEAR = 'stored-in-the-clear';
const { Payload: Message } = proto.temporal.api.common.v1;

/**
 * An encrypted payload consists of a nonce, the ciphertext of the whole payload with its metadata, and a tag.
 * Without keys nothing is encrypted. A payload that is not encrypted is returned unchanged, so that searches
 * from before the keys continue. Throws a SpecError if a payload was encrypted under an unknown key.
 */
export function createPayloadCodec({ keys }: { readonly keys: readonly EncryptionKey[] }): PayloadCodec {
  const [first] = keys;
  return {
    encode: async (payloads) =>
      first
        ? payloads.map((payload) => (payload.metadata?.[CLEAR] ? payload : encrypt({ key: first, payload })))
        : payloads,
    decode: async (payloads) =>
      payloads.map((payload) =>
        textOf(payload.metadata?.encoding) === ENCODING ? decrypt({ keys, payload }) : payload,
      ),
  };
}

/**
 * A value that the codec does not encrypt. It is for what Temporal cannot be asked to store again, which would stay
 * under its first key for ever, and only for what Temporal stores unencrypted elsewhere.
 */
export function inTheClear(value: string): RawValue {
  const { metadata, data } = defaultPayloadConverter.toPayload(value);
  return RawValue.fromPayload({ metadata: { ...metadata, [CLEAR]: Buffer.from('1') }, data: data ?? null });
}

function encrypt({
  key: { id, secret },
  payload,
}: {
  readonly key: EncryptionKey;
  readonly payload: Payload;
}): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce);
  const text = [cipher.update(Message.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, ...text, cipher.getAuthTag()]),
  };
}

function decrypt({
  keys,
  payload,
}: {
  readonly keys: readonly EncryptionKey[];
  readonly payload: Payload;
}): Payload {
  const id = textOf(payload.metadata?.[KEY_ID]);
  const key = keys.find((one) => one.id === id);
  if (!key) {
    const there = keys.length ? `holds ${keys.map((one) => `"${one.id}"`).join(', ')}` : 'is not set';
    throw fault(
      `${there}, and what Temporal keeps here is encrypted under key "${id}"; add that key, behind the first if it is an old one`,
    );
  }
  const data = Buffer.from(payload.data ?? []);
  try {
    const nonce = data.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const text = [decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
    return Message.decode(Buffer.concat(text)) as Payload;
  } catch {
    throw fault(
      `key "${id}" does not open what was encrypted under that name; it is another key, or the data was altered`,
    );
  }
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

function fault(message: string): SpecError {
  return SpecError.of({ path: KEYS_VARIABLE, message });
}
