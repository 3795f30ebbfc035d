// In: a path. Out: the text of the file, or a SpecError that says what is wrong with the path.
import { readFile } from 'node:fs/promises';
import { SpecError } from '../../core/spec/errors.js';

export async function readText(path: string, name = path): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    throw unreadable({ error, name });
  });
}

export function unreadable({ error, name }: { error: unknown; name: string }): SpecError {
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT'
      ? 'no such file'
      : code === 'EISDIR'
        ? 'is a folder; must be a file'
        : `cannot be read (${code})`;
  return SpecError.of({ path: name, message: why });
}
