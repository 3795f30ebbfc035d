// In: a path. Out: the text of the file, or a SpecError that says what is wrong with the path.
import { SpecError } from '../../core/errors.js';
import { NotRegularError, readRegularFile } from '../../store/regular-file.js';

export async function readText(path: string, name = path): Promise<string> {
  try {
    return (await readRegularFile(path)).toString('utf8');
  } catch (error) {
    throw unreadable({ error, name });
  }
}

export function unreadable({ error, name }: { error: unknown; name: string }): SpecError {
  const code = (error as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
  return SpecError.of({ path: name, message: error instanceof NotRegularError ? error.message : why });
}
