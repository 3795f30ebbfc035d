// Checks where the server is to listen and what it serves there; SpecErrors name the option.
import { createSecureContext } from 'node:tls';
import { readText } from '../client/specification/read-text.js';
import { SpecError, withField } from '../core/errors.js';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Reads a certificate and its key from PEM files; a SpecError if they cannot be read or do not belong together. */
export async function readCertificate(files: Certificate): Promise<Certificate> {
  const cert = await withField('certificate', () => readText(files.cert));
  const key = await withField('key', () => readText(files.key));
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw SpecError.of({
      path: 'certificate',
      file: files.cert,
      message: `cannot be used with the key ${files.key}: ${(error as Error).message}`,
    });
  }
  return { cert, key };
}

/** The path under which a proxy offers the server: a SpecError unless it is like `/zeroscout`, or empty. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '' && !/^(\/[\w.~-]+)+$/.test(prefix))
    throw SpecError.of({ path: 'prefix', message: `found "${prefix}"; must be a path such as /zeroscout` });
}
