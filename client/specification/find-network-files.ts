// Finds the ONNX files that a space names, by their names or by patterns.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { isCandidateName, LONGEST_NAME, MOST_NETWORKS } from '../../core/spaces/onnx/definition.js';
import { describeFound, quote } from '../../core/text/show.js';
import type { FileInput } from '../files/open-file.js';

/** The field that names the files. */
export const FIELD = 'space.files';

/** The place where files are searched for. */
export interface Place {
  readonly resolve: (file: string, field: string) => Promise<FileInput>;
  /** The folder of the specification, if it is a file, in which patterns are matched. */
  readonly folder?: string | undefined;
}

export interface NamedInput {
  readonly name: string;
  readonly file: FileInput;
}

/**
 * Finds files by names, or by patterns whose last part contains asterisks. All must lie where `resolve`
 * allows. The result is sorted by name.
 */
export async function findNetworkFiles({
  patterns,
  resolve,
  folder,
}: Place & { readonly patterns: readonly string[] }): Promise<NamedInput[]> {
  const files = new Map<string, FileInput>();
  for (const pattern of patterns) {
    const names = basename(pattern).includes('*') ? await matches({ pattern, resolve, folder }) : [pattern];
    if (names.length === 0) throw noSuchName(pattern);
    for (const written of names) {
      const file = await resolve(written, FIELD);
      if (isWiderPattern(written) && typeof file === 'string' && !(await isThere(file)))
        throw noSuchName(pattern);
      const name = basename(written);
      checkName(name);
      if (files.has(name) && files.get(name) !== file)
        throw SpecError.of({
          path: FIELD,
          message: `two files have the name ${name}; candidates are known by their names`,
        });
      files.set(name, file);
    }
  }
  if (files.size > MOST_NETWORKS)
    throw SpecError.of({ path: FIELD, message: `found ${files.size} files; at most ${MOST_NETWORKS}` });
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, file]) => ({ name, file }));
}

function noSuchName(pattern: string): SpecError {
  const hint = isWiderPattern(pattern)
    ? '; only * in the name of the file is a pattern, which stands for any characters: **, {a,b}, [12], ? and a * in the name of a folder are not; write one name or pattern for each folder and each kind of name'
    : '';
  return SpecError.of({ path: FIELD, message: `${describeFound(pattern)}; no file has such a name${hint}` });
}

/** Whether a pattern has signs that other programs expand. Names of files may have the same signs. */
function isWiderPattern(pattern: string): boolean {
  return dirname(pattern).includes('*') || /\*\*|\{.*\}|\[.*\]|\?/.test(pattern);
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

/** Candidates are named by their files, and are written in lists, tables and commands. */
function checkName(file: string): void {
  if (isCandidateName(file.replace(/\.onnx$/, ''))) return;
  throw SpecError.of({
    path: FIELD,
    message: `the file ${quote(file)} cannot name a candidate; must begin with neither a space nor #, and have at most ${LONGEST_NAME} characters without #, line breaks and backslashes; rename it`,
  });
}

async function matches({
  pattern,
  resolve,
  folder,
}: Place & { readonly pattern: string }): Promise<string[]> {
  if (folder === undefined)
    throw SpecError.of({
      path: FIELD,
      message: `${describeFound(pattern)}; a specification that is no file must name each file`,
    });
  const parent = await resolve(dirname(pattern), FIELD);
  const parts = basename(pattern)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const isMatch = new RegExp(`^${parts.join('[^/]*')}$`);
  const names = await readdir(parent as string).catch(() => []);
  return names.filter((name) => isMatch.test(name)).map((name) => join(dirname(pattern), name));
}
