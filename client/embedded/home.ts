// Determines the paths of the embedded servers from the environment and the working folder.
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

export type ServiceName = 'temporal' | 'nats';
export const SERVICE_NAMES: readonly ServiceName[] = ['temporal', 'nats'];

/** The paths of a home, all absolute. */
export interface Home {
  readonly root: string;
  /**
   * Fetched binaries, in a folder of the user that all homes share, because a working folder may come from an
   * untrusted source. ZEROSCOUT_BIN names another folder.
   */
  readonly bin: string;
  /**
   * Digests of the fetched programs, one file for each; absent if the user chose the folder by ZEROSCOUT_BIN.
   */
  readonly digests?: string;
  readonly temporal: string;
  readonly nats: string;
  readonly logs: string;
  readonly stateFile: string;
  readonly lockFile: string;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function resolveHome({ cwd = process.cwd(), env = process.env }: Place = {}): Home {
  const root = withoutLinks(resolve(cwd, env.ZEROSCOUT_HOME || '.zeroscout'));
  const own = join(userData(env), 'zeroscout');
  const programs = env.ZEROSCOUT_BIN
    ? { bin: resolve(cwd, env.ZEROSCOUT_BIN) }
    : { bin: join(own, 'bin'), digests: join(own, 'digests') };
  return {
    root,
    ...programs,
    temporal: join(root, 'temporal'),
    nats: join(root, 'nats'),
    logs: join(root, 'logs'),
    stateFile: join(root, 'services.json'),
    lockFile: join(root, 'services.lock'),
  };
}

/**
 * A server is recognized by the path of its home on its command line, so that a home that is reached through
 * symbolic links must have one path only. What does not exist yet is kept as it is.
 */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(withoutLinks(parent), basename(path));
  }
}

/** The XDG specification says that a relative XDG_DATA_HOME counts as unset. */
function userData({ XDG_DATA_HOME: data = '', HOME: home = '' }: NodeJS.ProcessEnv): string {
  if (isAbsolute(data)) return data;
  return join(isAbsolute(home) ? home : homedir(), '.local', 'share');
}

/**
 * The lock file that is held by the server using the data. It is never removed, so that its name always
 * refers to the same file.
 */
export function locateDataLock({ home, name }: { readonly home: Home; readonly name: ServiceName }): string {
  return join(home.root, `${name}.lock`);
}

export function locateLog({ home, name }: { readonly home: Home; readonly name: ServiceName }): string {
  return join(home.logs, `${name}.log`);
}
