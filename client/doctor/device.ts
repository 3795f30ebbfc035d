// Checks everything that a score worker on a device needs; the last check runs a small program on the device.

import { DeviceError } from '../../core/errors.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { checkDevice } from '../../engine/check-device.js';
import {
  DRIVER,
  findMissingLibraries,
  findPythonLibraries,
  findRuntime,
  hasProvider,
  packageOf,
  type Runtime,
} from '../devices/cuda-libraries.js';
import type { Check } from './check.js';

export async function checkDeviceParts({
  device,
  env,
}: {
  readonly device: BatchedDevice;
  readonly env: NodeJS.ProcessEnv;
}): Promise<readonly Check[]> {
  const parts = device === 'cuda' ? await cudaParts({ env }) : [];
  return [...parts, await checkRun({ device, env })];
}

/** Checks whether the work really runs on the device. */
async function checkRun({
  device,
  env,
}: {
  readonly device: BatchedDevice;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Check> {
  const name = `device ${device}`;
  try {
    const { nodes, notice } = await checkDevice({ device, env });
    const found = `all ${nodes} nodes of a small program ran there`;
    if (notice) return { name, status: 'warning', found: `${found}; ${notice}`, todo: 'use device: cpu' };
    return { name, status: 'ok', found, todo: '' };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    const todo = device === 'cuda' ? 'see the lines above' : 'no worker of this device can run here';
    return { name, status: 'missing', found: error.message, todo };
  }
}

async function cudaParts({ env }: { readonly env: NodeJS.ProcessEnv }): Promise<Check[]> {
  const runtime = findRuntime();
  if (!runtime) {
    const found = `${process.platform}-${process.arch}`;
    return [
      {
        name: 'CUDA provider',
        status: 'missing',
        found,
        todo: 'onnxruntime-node has CUDA on linux-x64 alone',
      },
    ];
  }
  if (!hasProvider(runtime)) {
    const found = `not beside onnxruntime-node ${runtime.version}`;
    return [
      {
        name: 'CUDA provider',
        status: 'missing',
        found,
        todo: 'install the CUDA provider',
        advice: { code: 'install-provider', about: 'cuda' },
      },
    ];
  }
  const found = `of onnxruntime-node ${runtime.version}, in ${runtime.folder}`;
  return [
    { name: 'CUDA provider', status: 'ok', found, todo: '' },
    ...(await checkLibraries({ runtime, env })),
  ];
}

/** Checks the libraries of CUDA and the driver. A machine on which `ldd` cannot run may have them all the same. */
export async function checkLibraries({
  runtime,
  env,
}: {
  readonly runtime: Runtime;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Check[]> {
  let missing: readonly string[];
  try {
    missing = await findMissingLibraries({ ...runtime, env });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    const todo = 'install ldd, a program of the C library, to see which libraries are absent';
    return [{ name: 'CUDA libraries', status: 'warning', found: `ldd cannot run: ${reason}`, todo }];
  }
  const libraries = missing.filter((name) => name !== DRIVER);
  const there = await findPythonLibraries({ env });
  const driver = missing.includes(DRIVER);
  return [
    {
      name: 'CUDA libraries',
      status: libraries.length ? 'missing' : 'ok',
      found: libraries.length ? `not found: ${libraries.join(', ')}` : 'all found',
      ...(libraries.length ? adviceForLibraries({ libraries, areInPython: there !== '' }) : { todo: '' }),
    },
    {
      name: 'NVIDIA driver',
      status: driver ? 'missing' : 'ok',
      found: driver ? `${DRIVER} is not found` : DRIVER,
      todo: driver ? "install the driver of the machine's GPU; CUDA 13 needs 580 or newer" : '',
    },
  ];
}

/**
 * Python packages with the libraries may be installed already, in a folder that the loader does not search.
 */
function adviceForLibraries({
  libraries,
  areInPython,
}: {
  readonly libraries: readonly string[];
  readonly areInPython: boolean;
}): Pick<Check, 'todo' | 'advice'> {
  const packages = [...new Set(libraries.map((name) => packageOf(name) ?? name))];
  const install = `python3 -m pip install ${packages.join(' ')}`;
  const find = 'have the folders of its libraries in LD_LIBRARY_PATH';
  return areInPython
    ? { todo: `${find}, or: ${install}`, advice: { code: 'find-libraries', about: install } }
    : { todo: `${install}; then ${find}`, advice: { code: 'install-libraries', about: install } };
}
