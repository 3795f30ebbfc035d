// Reads the keys with which Temporal's payloads are encrypted. No message contains a key.
import { createSecretKey } from 'node:crypto';
import { SpecError } from '../../core/errors.js';
import { NotRegularError, readRegularFileSync } from '../../store/regular-file.js';
import { type EncryptionKey, KEYS_VARIABLE } from '../../workers/payload-codec.js';

const FILE_VARIABLE = `${KEYS_VARIABLE}_FILE`;
const KEY_BYTES = 32;
const MAKE = 'make one: echo "2026-11:$(openssl rand -base64 32)"';

/**
 * Reads `ID:BASE64`, separated by commas or white space, from ZEROSCOUT_ENCRYPTION_KEYS or from the file that
 * ZEROSCOUT_ENCRYPTION_KEYS_FILE names, where # begins a comment. There are no keys if neither is set. Throws
 * a SpecError for anything else.
 */
export function readEncryptionKeys({
  env = process.env,
}: {
  readonly env?: NodeJS.ProcessEnv;
} = {}): readonly EncryptionKey[] {
  const { [KEYS_VARIABLE]: text, [FILE_VARIABLE]: file } = env;
  if (text && file) throw wrong({ path: KEYS_VARIABLE }, `is set, and so is ${FILE_VARIABLE}; keep one`);
  if (text) return parseKeys({ text, path: KEYS_VARIABLE });
  if (!file) return [];
  let written: string;
  try {
    written = readRegularFileSync(file).toString('utf8');
  } catch (error) {
    if (error instanceof NotRegularError) {
      const { reason, message } = error;
      throw SpecError.of({ path: FILE_VARIABLE, file, reason, message });
    }
    throw wrong({ path: FILE_VARIABLE, file }, `cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  return parseKeys({ text: written.replace(/#.*$/gm, ''), path: FILE_VARIABLE, file });
}

/** The variable that holds the keys, or that names the file with the keys. */
interface KeySource {
  readonly path: string;
  readonly file?: string;
}

function parseKeys({ text, ...source }: KeySource & { readonly text: string }): EncryptionKey[] {
  const keys = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry, i) => parseKey({ entry, source, which: `key ${i + 1}` }));
  if (keys.length === 0) throw wrong(source, `holds no key; ${MAKE}`);
  const twice = keys.find(({ id }, i) => keys.findIndex((key) => key.id === id) !== i);
  if (twice) throw wrong(source, `"${twice.id}" occurs twice; each key needs its own name`);
  return keys;
}

function parseKey(given: { readonly entry: string; readonly source: KeySource; readonly which: string }) {
  const { entry, source, which } = given;
  const [, id, base64] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(.+)$/.exec(entry) ?? [];
  if (id === undefined || base64 === undefined)
    throw wrong(
      source,
      `${which} is not NAME:KEY, with a name of letters, digits, ".", "_" and "-"; ${MAKE}`,
    );
  const bytes = Buffer.from(base64, 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64) || bytes.length !== KEY_BYTES)
    throw wrong(source, `${which}, "${id}", is not ${KEY_BYTES} bytes in base64; ${MAKE}`);
  return { id, secret: createSecretKey(bytes) };
}

function wrong(source: KeySource, message: string): SpecError {
  return SpecError.of({ ...source, message });
}
