// Resolves a path in a specification, which must lie inside the specification's folder or the working folder.
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { describeFound } from '../../core/text/show.js';

/**
 * A specification often comes from another person. It must not make this machine read a file, and show parts
 * of it in an error, without the user's intent. Links are followed before the check. Whether the file exists
 * is left to the reader.
 */
export async function resolveNamedFile({
  folder,
  file,
  field,
}: {
  /** The folder of the specification, to which `file` is relative. */
  readonly folder: string;
  readonly file: string;
  readonly field: string;
}): Promise<string> {
  const allowed = await Promise.all([folder, process.cwd()].map((root) => realpath(root)));
  const written = resolve(allowed[0]!, file);
  const path = await realpath(written).catch(() => written);
  if (allowed.some((root) => isInside({ root, path }))) return path;
  throw SpecError.of({
    path: field,
    reason: 'outside-folder',
    message: `${describeFound(file)}, which lies outside the specification's folder and the working folder; move it into one of them`,
  });
}

function isInside({ root, path }: { readonly root: string; readonly path: string }): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
