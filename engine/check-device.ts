// Checks in a process of its own whether this machine can do the work of a device class.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeviceError } from '../core/errors.js';
import type { BatchedDevice } from '../core/specification/devices.js';
import { withoutTelemetry } from './telemetry.js';

const SCRIPT = fileURLToPath(new URL('./batched/device-probe.js', import.meta.url));
/** The time limit. Loading a GPU's libraries takes seconds, and the first kernels are compiled. */
const PATIENCE_MS = 120_000;

/** The output of the process on stdout. */
export type ProbeAnswer = { readonly nodes: number } | { readonly reason: string };

export interface DeviceCheck {
  /** The number of nodes of the small program, all of which ran on the device. */
  readonly nodes: number;
  /** A warning for people who asked for a GPU. */
  readonly notice: string | undefined;
}

/**
 * Checks a device in a process of its own, because native libraries may crash, hang or keep memory. Throws a DeviceError that
 * says why the device cannot be used.
 */
export async function checkDevice({
  device,
  env = process.env,
}: {
  readonly device: BatchedDevice;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<DeviceCheck> {
  const answer = await probe({ device, env });
  if ('nodes' in answer) return { nodes: answer.nodes, notice: describeSoftwareDevice({ device }) };
  throw new DeviceError({ device, message: answer.reason });
}

/** Files of a GPU's driver on Linux: the kernel's own drivers, NVIDIA's, WSL's. */
const GPU_FILES = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];

/**
 * WebGPU does not report the kind of its adapter. If Linux has no device files of a GPU driver, it can only
 * be a software implementation of Vulkan on the CPU.
 */
export function describeSoftwareDevice({
  device,
  platform = process.platform,
  exists = existsSync,
}: {
  readonly device: BatchedDevice;
  readonly platform?: NodeJS.Platform;
  readonly exists?: (path: string) => boolean;
}): string | undefined {
  if (device !== 'webgpu' || platform !== 'linux' || GPU_FILES.some(exists)) return undefined;
  return `there is no GPU here (${GPU_FILES.join(', ')}): webgpu runs in software, far slower than device: cpu`;
}

async function probe({
  device,
  env,
}: {
  readonly device: BatchedDevice;
  readonly env: NodeJS.ProcessEnv;
}): Promise<ProbeAnswer> {
  try {
    const options = { env: withoutTelemetry(env), timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const;
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, device], options);
    return JSON.parse(stdout) as ProbeAnswer;
  } catch (error) {
    const { killed, message } = error as { readonly killed?: boolean; readonly message: string };
    const why = killed ? `gave no answer within ${PATIENCE_MS / 1000} s` : `its probe ended: ${message}`;
    return { reason: why };
  }
}
