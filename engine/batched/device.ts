// Opens ONNX Runtime sessions on a device, and explains why a device cannot be used.

import { DeviceError } from '../../core/errors.js';
import { decodeModel } from '../../core/onnx/proto.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { InferenceSession, threadSettings } from '../onnx-runtime.js';

/** The execution provider of ONNX Runtime. */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

export const providerOf = (device: BatchedDevice): Provider => (device === 'cpu-stack' ? 'cpu' : device);

/**
 * The number of 32 x 32 images in one run, with 1.3 MB of activations each. On a GPU with enough memory they
 * are so many that the time of kernel launches does not matter.
 */
const IMAGES: Readonly<Record<BatchedDevice, number>> = { cuda: 8000, webgpu: 2000, 'cpu-stack': 256 };
const MOST_CANDIDATES = 1024;

/** The most candidates of one run on a device. */
export function estimateSupernetSize({
  device,
  batch,
  resolution,
}: {
  readonly device: BatchedDevice;
  readonly batch: number;
  readonly resolution: number;
}): number {
  const images = IMAGES[device] * (32 / resolution) ** 2;
  return Math.max(1, Math.min(MOST_CANDIDATES, Math.floor(images / batch)));
}

/**
 * With WebGPU's `basic` validation, a fault on the device becomes an error of the run instead of a line in a
 * log.
 */
const PROVIDERS = {
  cpu: 'cpu',
  cuda: { name: 'cuda', deviceId: 0 },
  webgpu: { name: 'webgpu', validationMode: 'basic' },
} as const;

export interface DeviceOptions {
  readonly device: Provider;
  /** The number of threads of the `cpu` device. */
  readonly threads?: number;
  /** If set, ONNX Runtime writes its profile, a trace of all nodes, to a file with this prefix. */
  readonly profilePrefix?: string;
}

/**
 * Opens a session on one device. On `cuda` and `webgpu` ONNX Runtime must not fall back to the CPU: a node
 * that the device does not support is a DeviceError, as is an absent device or library.
 */
export async function openOnDevice({
  program,
  device,
  threads = 1,
  profilePrefix,
}: DeviceOptions & { readonly program: Uint8Array }): Promise<InferenceSession> {
  if (device === 'cuda') useFullPrecision();
  try {
    return await InferenceSession.create(program, {
      executionProviders: [PROVIDERS[device]],
      executionMode: 'sequential',
      // The graph is written in the form in which it should run: there is nothing left to fuse, and its order
      // keeps memory low (compileSupernet).
      graphOptimizationLevel: 'disabled',
      // ONNX Runtime's memory pattern would reserve a second copy of the largest run's memory.
      enableMemPattern: false,
      // The arena reuses large buffers for the next node instead of returning them to the system page by
      // page.
      enableCpuMemArena: true,
      ...threadSettings(threads, device === 'cpu' ? {} : { disable_cpu_ep_fallback: '1' }),
      logSeverityLevel: 3,
      ...(profilePrefix ? { enableProfiling: true, profileFilePrefix: profilePrefix } : {}),
    });
  } catch (error) {
    if (device === 'cpu' || isOutOfMemory(error)) throw error;
    throw new DeviceError({ device, message: reason(error), cause: error });
  }
}

interface OpenPlainArguments {
  readonly program: Uint8Array;
  readonly device: Provider;
  readonly threads: number;
  /**
   * `extended` omits ONNX Runtime's own conversion to the NCHWc layout, which is a third of a session's
   * creation; `disabled` omits all passes, for programs that are written in the form in which they should run.
   */
  readonly optimization?: 'all' | 'extended' | 'disabled';
}

/**
 * Opens a session of a program in the plain layout, which scores one candidate. Nodes that the device does
 * not support run on the CPU, because such programs are small and may use any operators.
 */
export async function openPlain({
  program,
  device,
  threads,
  optimization = 'all',
}: OpenPlainArguments): Promise<InferenceSession> {
  if (device === 'cuda') useFullPrecision();
  try {
    return await InferenceSession.create(program, {
      executionProviders:
        device === 'cpu' || needsIndices(device, program) ? ['cpu'] : [PROVIDERS[device], 'cpu'],
      ...threadSettings(threads),
      // glibc keeps freed buffers for the next program; an arena for each session would keep them in every
      // session.
      enableCpuMemArena: false,
      executionMode: 'sequential',
      graphOptimizationLevel: optimization,
      logSeverityLevel: 3,
    });
  } catch (error) {
    if (device === 'cpu' || isOutOfMemory(error)) throw error;
    throw new DeviceError({ device, message: reason(error), cause: error });
  }
}

/**
 * WebGPU accepts every MaxPool, but fails at run time if the node must output the indices of the maxima,
 * which gradients need. A block with such a node runs on the CPU.
 */
function needsIndices(device: Provider, program: Uint8Array): boolean {
  const nodes = device === 'webgpu' ? decodeModel(program).graph?.nodes : undefined;
  return nodes?.some(({ opType, outputs = [] }) => opType === 'MaxPool' && outputs.length > 1) ?? false;
}

const OUT_OF_MEMORY = [
  /out of memory|Failed to allocate memory|ALLOC_FAILED|bad_alloc|bad allocation|OutOfMemory|Array buffer allocation failed/i,
  // Messages of WebGPU for a buffer that could not be allocated, and for a tensor with more pieces than a
  // shader can bind.
  /\[Invalid Buffer|exceeds the max buffer size|larger than the maximum binding size|Too many storage buffers/i,
];

/**
 * Whether a run or session failed because it needed more memory than the device has, or tensors larger than
 * it supports.
 */
export function isOutOfMemory(error: unknown): boolean {
  const message = messageOf(error);
  return OUT_OF_MEMORY.some((pattern) => pattern.test(message));
}

/**
 * Keeps CUDA's libraries at full float32. By default, ONNX Runtime lets them round factors to TF32 (10 bits),
 * and its Node binding cannot turn that off. It must be called before the first CUDA session of the process;
 * a value set outside is kept.
 */
function useFullPrecision(): void {
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}

function reason(error: unknown): string {
  const message = messageOf(error);
  if (/fallback to CPU EP has been explicitly disabled/i.test(message))
    return `some nodes of the program would run on the CPU instead: ${message}`;
  if (/unsupported: '|not (available|supported) in this build/i.test(message))
    return `this build of onnxruntime-node does not have it: ${message}`;
  const noAdapter = /Failed to get a WebGPU adapter(?:: (.*))?/.exec(message);
  if (noAdapter)
    return `no driver of a GPU answers (Vulkan on Linux, Metal on macOS, Direct3D 12 on Windows): ${noAdapter[1] ?? message}`;
  if (/libonnxruntime_providers|Failed to load (shared )?library|cannot open shared object/i.test(message))
    return `its libraries are not installed: ${message}`;
  return message;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
