// In: the environment and the working directory. Out: where the embedded services live, and the record of what runs.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SpecError } from '../../core/spec/errors.js';
import { readRegularFileSync } from '../../store/regular-file.js';
import { faultWords } from '../files/fault-words.js';
import { makeFolder } from '../files/make-folder.js';

export type ServiceName = 'temporal' | 'nats';
export const SERVICE_NAMES: readonly ServiceName[] = ['temporal', 'nats'];

/** Every path below the home folder, absolute. */
export interface Home {
  readonly root: string;
  /** Fetched binaries; ZEROSCOUT_BIN lets several homes share one. */
  readonly bin: string;
  readonly temporal: string;
  readonly nats: string;
  readonly logs: string;
  readonly stateFile: string;
  readonly lockFile: string;
}

/** What is remembered of one service. `pid` is absent while it is stopped; the ports stay, so that it comes back where it was. */
export interface ServiceRecord {
  readonly pid?: number;
  readonly port: number;
  /** Web page of Temporal, monitoring page of NATS. */
  readonly webPort: number;
  readonly binary: string;
  readonly version: string;
  readonly startedAt: string;
}

/** The content of services.json. Addresses are written out for people and for other programs. */
export interface HomeState {
  readonly services: { readonly [name in ServiceName]?: ServiceRecord };
}

export interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function resolveHome({ cwd = process.cwd(), env = process.env }: Place = {}): Home {
  const root = resolve(cwd, env.ZEROSCOUT_HOME || '.zeroscout');
  return {
    root,
    bin: resolve(cwd, env.ZEROSCOUT_BIN || join(root, 'bin')),
    temporal: join(root, 'temporal'),
    nats: join(root, 'nats'),
    logs: join(root, 'logs'),
    stateFile: join(root, 'services.json'),
    lockFile: join(root, 'services.lock'),
  };
}

export function createFolders({ home }: { readonly home: Home }): void {
  try {
    for (const folder of [home.root, home.bin, home.temporal, home.nats, home.logs]) makeFolder(folder);
    // Databases and binaries of hundreds of megabytes: a person's `git add .` must not take them along.
    writeFileSync(join(home.root, '.gitignore'), '*\n');
  } catch (error) {
    throw SpecError.of({
      path: 'ZEROSCOUT_HOME',
      message: `${home.root} cannot be written: ${faultWords(error)}; must be a folder for the data of the embedded servers`,
    });
  }
}

/** Held by the server that uses the data; never removed, so that its name stays the name of the same file. */
export function dataLockFile({ home, name }: { readonly home: Home; readonly name: ServiceName }): string {
  return join(home.root, `${name}.lock`);
}

export function logFile({ home, name }: { readonly home: Home; readonly name: ServiceName }): string {
  return join(home.logs, `${name}.log`);
}

/** A missing or damaged record counts as "nothing is known": what runs is then found by its command line. */
export function readState({ home }: { readonly home: Home }): HomeState {
  try {
    const parsed: unknown = JSON.parse(readRegularFileSync(home.stateFile).toString());
    if (typeof parsed !== 'object' || parsed === null || !('services' in parsed)) return { services: {} };
    const services: { [name in ServiceName]?: ServiceRecord } = {};
    for (const name of SERVICE_NAMES) {
      const record = (parsed.services as Record<string, unknown> | null)?.[name];
      if (isRecord(record)) services[name] = record;
    }
    return { services };
  } catch {
    return { services: {} };
  }
}

/** Replaces one service's record. The rename is atomic: a reader sees the old file or the new one, never half of it. */
export function writeRecord({
  home,
  name,
  record,
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly record: ServiceRecord;
}): void {
  const { services } = readState({ home });
  const next = { ...services, [name]: record };
  const content = Object.fromEntries(
    Object.entries(next).map(([key, value]) => [key, { ...value, ...addresses(key as ServiceName, value) }]),
  );
  const temporary = `${home.stateFile}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify({ services: content }, null, 2)}\n`);
    renameSync(temporary, home.stateFile);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** `address` is what a client connects to, `web` what a person opens. */
export function addresses(
  name: ServiceName,
  { port, webPort }: Pick<ServiceRecord, 'port' | 'webPort'>,
): { readonly address: string; readonly web: string } {
  return {
    address: name === 'temporal' ? `127.0.0.1:${port}` : `nats://127.0.0.1:${port}`,
    web: `http://127.0.0.1:${webPort}`,
  };
}

function isRecord(value: unknown): value is ServiceRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, port, webPort } = value as Partial<ServiceRecord>;
  return Number.isInteger(port) && Number.isInteger(webPort) && (pid === undefined || Number.isInteger(pid));
}
