// Finds a `temporal` and a `nats-server` that start and are new enough, and fetches those that are missing.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isAsFetched, recordDigest } from './digests.js';
import { type BinaryName, fetchBinary, type OnStep } from './fetch.js';
import type { Home, ServiceName } from './home.js';
import { listPathFolders, run } from './process.js';

export interface Binary {
  readonly name: BinaryName;
  readonly path: string;
  readonly version: string;
  readonly source: 'PATH' | 'fetched';
}

export type { BinaryName, OnStep };

interface Recipe {
  readonly version: RegExp;
  /**
   * The oldest supported version. Temporal: updates work and `--db-filename` is safe. NATS: the features of
   * JetStream that the store uses (store/connect.ts).
   */
  readonly oldest: string;
}

const RECIPES: { readonly [name in BinaryName]: Recipe } = {
  temporal: { version: /temporal version v?(\d+\.\d+\.\d+)/i, oldest: '1.1.0' },
  'nats-server': { version: /nats-server:? v?(\d+\.\d+\.\d+)/i, oldest: '2.11.0' },
};

export function binaryOf(service: ServiceName): BinaryName {
  return service === 'temporal' ? 'temporal' : 'nats-server';
}

interface FindBinaryArguments {
  readonly home: Home;
  readonly name: BinaryName;
  readonly env?: NodeJS.ProcessEnv;
  readonly onStep?: OnStep;
}

/**
 * Searches the absolute entries of PATH, then the bin folder if zeroscout fetched what is in it; `undefined`
 * if neither has a working binary. Fetches nothing.
 */
export async function findBinary({
  home,
  name,
  env = process.env,
  onStep = () => {},
}: FindBinaryArguments): Promise<Binary | undefined> {
  const candidates = [
    ...listPathFolders(env).map((folder) => ({ path: join(folder, name), source: 'PATH' as const })),
    { path: join(home.bin, name), source: 'fetched' as const },
  ];
  for (const { path, source } of candidates) {
    if (!isExecutable(path)) continue;
    if (source === 'fetched' && !(await isAsFetched({ home, name }))) {
      onStep(`${path} is not what zeroscout fetched and is ignored`);
      continue;
    }
    const version = await versionOf({ name, path });
    if (version === undefined) {
      onStep(`${path} does not tell its version and is ignored`);
    } else if (isOlder({ version, than: RECIPES[name].oldest })) {
      onStep(`${path} is ${version}, older than ${RECIPES[name].oldest}, and is ignored`);
    } else {
      return { name, path, version, source };
    }
  }
  return undefined;
}

interface EnsureBinaryArguments {
  readonly home: Home;
  readonly name: BinaryName;
  readonly env?: NodeJS.ProcessEnv;
  readonly onStep: OnStep;
}

/**
 * Like `findBinary`, but fetches a missing binary. Throws a ServiceError that says how to get it if that is
 * impossible.
 */
export async function ensureBinary({
  home,
  name,
  env = process.env,
  onStep,
}: EnsureBinaryArguments): Promise<Binary> {
  const found = await findBinary({ home, name, env, onStep });
  if (found) return found;
  const path = join(home.bin, name);
  const version = await fetchBinary({
    name,
    target: path,
    env,
    onStep,
    check: (file) => versionOf({ name, path: file }),
    onFetched: (file) => recordDigest({ home, name, file }),
  });
  return { name, path, version, source: 'fetched' };
}

/** Returns the version of a program; `undefined` if it does not start, hangs, or is another program with this name. */
async function versionOf({
  name,
  path,
}: {
  readonly name: BinaryName;
  readonly path: string;
}): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(path, ['--version'], { timeout: 20_000 });
    return RECIPES[name].version.exec(stdout + stderr)?.[1];
  } catch {
    return undefined;
  }
}

function isOlder({ version, than }: { readonly version: string; readonly than: string }): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
