// Reads a file as text; a SpecError says what is wrong with its path.
import { SpecError } from '../../core/errors.js';
import { NotRegularError, readRegularFile, reasonOfFile } from '../../store/regular-file.js';
import type { FileInput } from '../files/open-file.js';

/** `name` is the file's name in messages. */
export async function readText(file: FileInput, name = nameOf(file)): Promise<string> {
  if (typeof file !== 'string') return new TextDecoder().decode(file);
  try {
    return (await readRegularFile(file)).toString('utf8');
  } catch (error) {
    throw createReadError({ error, name });
  }
}

/** The default name of a file in messages: its path; bytes have no name. */
export function nameOf(file: FileInput): string {
  return typeof file === 'string' ? file : '';
}

export function createReadError({
  error,
  name,
}: {
  readonly error: unknown;
  readonly name: string;
}): SpecError {
  const code = (error as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
  const message = error instanceof NotRegularError ? error.message : why;
  return SpecError.inFile({ file: name, reason: reasonOfFile(error), message });
}
