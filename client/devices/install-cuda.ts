// Installs the CUDA provider from onnxruntime-gpu's wheel beside onnxruntime-node's own library.
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DeviceError } from '../../core/errors.js';
import { openRegularFile } from '../../store/regular-file.js';
import { extractPipError, findPipObstacle } from '../embedded/fetch.js';
import { run } from '../embedded/process.js';
import { PROVIDER_FILES, type Runtime } from './cuda-libraries.js';

const FETCH_MS = 30 * 60_000;
/**
 * The provider does not depend on Python, so a wheel for any Python version will do; this version has existed
 * for a long time.
 */
const PLATFORMS = ['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64', 'manylinux_2_17_x86_64'];
const PYTHON = '3.12';

// Extracts the provider from the wheel, checks each file against the wheel's list of digests, and prints the
// wheel's version.
const UNPACK = `
import base64, csv, hashlib, io, pathlib, sys, zipfile
wheel, folder, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
with zipfile.ZipFile(wheel) as archive:
    [metadata] = [e for e in archive.namelist() if e.endswith('.dist-info/METADATA')]
    lines = archive.read(metadata).decode().splitlines()
    fields = dict(line.split(': ', 1) for line in lines[:lines.index('')] if ': ' in line)
    record = archive.read(metadata.replace('METADATA', 'RECORD')).decode()
    digests = {row[0]: row[1] for row in csv.reader(io.StringIO(record)) if row}
    for name in names:
        entry = 'onnxruntime/capi/' + name
        digest = hashlib.sha256()
        with archive.open(entry) as source, open(folder / name, 'wb') as target:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                target.write(chunk)
        found = 'sha256=' + base64.urlsafe_b64encode(digest.digest()).rstrip(b'=').decode()
        if found != digests[entry]:
            sys.exit(f'{name}: {found}, but the wheel says {digests[entry]}')
    print(fields['Name'], fields['Version'])
`;

interface InstallCudaArguments {
  readonly runtime: Runtime;
  readonly wheel?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onStep: (text: string) => void;
}

/**
 * The provider must have the same version as onnxruntime-node. `wheel` is a file that exists already; without
 * it, pip fetches one. Files are renamed into place after all of them were checked.
 */
export async function installCuda({
  runtime: { version, folder },
  wheel,
  env,
  onStep,
}: InstallCudaArguments): Promise<void> {
  if (!existsSync(join(folder, 'libonnxruntime.so.1')))
    throw failure(`${folder} does not hold onnxruntime-node's library`);
  if (wheel) await refuseOthers(wheel);
  const workplace = mkdtempSync(join(folder, '.install-'));
  try {
    const file = wheel ?? (await fetchWheel({ version, folder: workplace, env, onStep }));
    const found = await unpack({ wheel: file, folder: workplace, env });
    const wanted = `onnxruntime-gpu ${version}`;
    if (found !== wanted) throw failure(`${file} holds ${found}; onnxruntime-node needs ${wanted}`);
    for (const name of PROVIDER_FILES) renameSync(join(workplace, name), join(folder, name));
    onStep(`${PROVIDER_FILES.join(' and ')} of ${wanted} are in ${folder}`);
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

interface FetchWheelArguments {
  readonly version: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onStep: (text: string) => void;
}

async function fetchWheel({ version, folder, env, onStep }: FetchWheelArguments): Promise<string> {
  const noPip = await findPipObstacle({ env });
  if (noPip !== undefined)
    throw failure(`${noPip}; or name a wheel of onnxruntime-gpu ${version} that is here`);
  onStep(`fetching onnxruntime-gpu ${version} with pip (about 250 MB)`);
  const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--quiet', '--no-input'];
  const platforms = PLATFORMS.flatMap((platform) => ['--platform', platform]);
  const what = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', PYTHON];
  try {
    const args = [...pip, ...what, ...platforms, '-d', folder, `onnxruntime-gpu==${version}`];
    await run('python3', args, { env, timeout: FETCH_MS });
  } catch (error) {
    throw failure(`pip could not fetch it: ${extractPipError(error)}`, error);
  }
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.whl'))!);
}

async function unpack({
  wheel,
  folder,
  env,
}: {
  readonly wheel: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<string> {
  try {
    const { stdout } = await run('python3', ['-c', UNPACK, resolve(wheel), folder, ...PROVIDER_FILES], {
      env,
      timeout: FETCH_MS,
    });
    return stdout.trim();
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
    throw failure(`${wheel}: ${stderr.trim().split('\n').at(-1) || message}`, error);
  }
}

function failure(reason: string, cause?: unknown): DeviceError {
  return new DeviceError({
    device: 'cuda',
    message: `the provider is not installed: ${reason}`,
    cause,
  });
}

/** Python would wait for the writer of a named pipe. */
async function refuseOthers(wheel: string): Promise<void> {
  const file = await openRegularFile(wheel).catch((error: unknown) => {
    throw failure(`${wheel}: ${(error as Error).message}`, error);
  });
  await file.close();
}
