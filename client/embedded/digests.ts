// Records the digest of each program that zeroscout fetched, and compares it before the program is run.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../files/make-folder.js';
import type { BinaryName } from './fetch.js';
import type { Home } from './home.js';

interface Program {
  readonly home: Home;
  readonly name: BinaryName;
}

/**
 * Whether the program has the bytes that were fetched. A user who names a folder by ZEROSCOUT_BIN is
 * responsible for its contents.
 */
export async function isAsFetched({ home, name }: Program): Promise<boolean> {
  if (home.digests === undefined) return true;
  try {
    const recorded = readFileSync(digestFile(home.digests, name), 'utf8').trim();
    return recorded === (await digestOf(join(home.bin, name)));
  } catch {
    return false;
  }
}

/**
 * Records the digest before `file` takes its place. A program without a record is fetched again; one with
 * another digest is never run.
 */
export async function recordDigest({ home, name, file }: Program & { readonly file: string }): Promise<void> {
  if (home.digests === undefined) return;
  const target = digestFile(home.digests, name);
  makeFolder(dirname(target));
  writeFileSync(target, `${await digestOf(file)}\n`, { mode: 0o600 });
}

function digestFile(folder: string, name: BinaryName): string {
  return join(folder, `${name}.sha256`);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
