// Finds where onnxruntime-node looks for its CUDA provider, and which libraries that provider lacks.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from '../embedded/process.js';

/** The files that onnxruntime-node loads for CUDA, which its npm package does not contain. */
export const PROVIDER_FILES = [
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_shared.so',
] as const;
/** Libraries that the provider opens when it needs them, which its ELF header does not name. */
const OPENED_LATER = ['libcudnn.so.9', 'libnvrtc.so.13'];
/** The driver's own library comes with the driver and not with Python packages. */
export const DRIVER = 'libcuda.so.1';

/** PyPI packages that contain a library, by the beginning of the library's name. */
const PACKAGES: readonly (readonly [string, string])[] = [
  ['libcublas', 'nvidia-cublas'],
  ['libcudnn', 'nvidia-cudnn-cu13'],
  ['libcurand', 'nvidia-curand'],
  ['libcudart', 'nvidia-cuda-runtime'],
  ['libnvrtc', 'nvidia-cuda-nvrtc'],
  ['libcufft', 'nvidia-cufft'],
];

export interface Runtime {
  readonly version: string;
  /** The folder of libonnxruntime.so.1. */
  readonly folder: string;
}

/** The installed onnxruntime-node; `undefined` if this platform has no CUDA provider. */
export function findRuntime({ platform = `${process.platform}-${process.arch}` } = {}): Runtime | undefined {
  if (platform !== 'linux-x64') return undefined;
  const require = createRequire(import.meta.url);
  const file = require.resolve('onnxruntime-node/package.json');
  const { version } = require(file) as { version: string };
  return { version, folder: join(dirname(file), 'bin/napi-v6/linux/x64') };
}

export const hasProvider = ({ folder }: Runtime): boolean =>
  PROVIDER_FILES.every((name) => existsSync(join(folder, name)));

export function packageOf(library: string): string | undefined {
  return PACKAGES.find(([start]) => library.startsWith(start))?.[1];
}

/** Libraries that the provider needs and that the system's loader does not find with this environment. */
export async function findMissingLibraries({
  folder,
  env,
}: Runtime & { readonly env: NodeJS.ProcessEnv }): Promise<string[]> {
  const { stdout } = await run('ldd', [join(folder, PROVIDER_FILES[0])], { env, timeout: 60_000 });
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name!);
  const later = await Promise.all(
    OPENED_LATER.map(async (name) => ((await loads({ name, env })) ? [] : [name])),
  );
  return [...missing, ...later.flat()];
}

/** Whether the system's loader finds a library, tested by a separate process that loads it. */
async function loads({
  name,
  env,
}: {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<boolean> {
  try {
    await run('python3', ['-c', 'import ctypes, sys; ctypes.CDLL(sys.argv[1])', name], {
      env,
      timeout: 60_000,
    });
    return true;
  } catch {
    return false;
  }
}

// NVIDIA's packages keep their libraries in nvidia/<component>/lib, or nvidia/cu13/lib.
const FIND_FOLDERS = `
import glob, os, site, sys
places = [*site.getsitepackages(), site.getusersitepackages(), *sys.path]
found = dict.fromkeys(f for p in places for f in sorted(glob.glob(os.path.join(p, 'nvidia', '*', 'lib'))))
print(os.pathsep.join(found))
`;

/**
 * Folders of CUDA libraries among Python's packages, in the form of LD_LIBRARY_PATH; empty if there are none.
 */
export async function findPythonLibraries({ env }: { readonly env: NodeJS.ProcessEnv }): Promise<string> {
  try {
    const { stdout } = await run('python3', ['-c', FIND_FOLDERS], { env, timeout: 30_000 });
    return stdout.trim();
  } catch {
    return '';
  }
}
