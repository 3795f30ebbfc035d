// Defines the commands `zeroscout devices install` and `devices path`.
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findPythonLibraries, findRuntime, type Runtime } from '../../client/devices/cuda-libraries.js';
import { installCuda } from '../../client/devices/install-cuda.js';
import { DeviceError } from '../../core/errors.js';
import { note, printData, printJson } from '../render/terminal.js';

interface Json {
  readonly json?: true;
}

export function addDevicesCommands(program: Command): void {
  const devices = program
    .command('devices')
    .description('install and find the libraries that score workers on a GPU need');
  devices
    .command('install')
    .description('install the libraries of a device that onnxruntime-node loads')
    .argument('<DEVICE>', 'cuda', onlyCuda)
    .addOption(
      new Option('--wheel <FILE>', 'wheel of onnxruntime-gpu on this machine (default: fetched by pip)'),
    )
    .option('--json', 'print JSON')
    .action(async (device: string, { wheel, json }: Json & { readonly wheel?: string }) => {
      const { env } = process;
      const runtime = runtimeHere();
      await installCuda({ runtime, env, onStep: note, ...(wheel ? { wheel: resolve(wheel) } : {}) });
      if (json) printJson({ device, installed: true, folder: runtime.folder, version: runtime.version });
      note('to see what is still missing, if anything: zeroscout doctor --device cuda');
    });
  devices
    .command('path')
    .description('print the folders of CUDA libraries among Python packages, for LD_LIBRARY_PATH')
    .argument('<DEVICE>', 'cuda', onlyCuda)
    .option('--json', 'print JSON')
    .action(async (device: string, { json }: Json) => {
      const path = await findPythonLibraries({ env: process.env });
      if (json) printJson({ device, folders: path.split(':').filter(Boolean) });
      else printData(path);
    });
}

function runtimeHere(): Runtime {
  const runtime = findRuntime();
  if (runtime) return runtime;
  const message = `onnxruntime-node has CUDA on linux-x64 alone; this is ${process.platform}-${process.arch}`;
  throw new DeviceError({ device: 'cuda', message });
}

function onlyCuda(value: string): string {
  if (value === 'cuda') return value;
  throw new InvalidArgumentError('must be cuda; webgpu comes with onnxruntime-node');
}
