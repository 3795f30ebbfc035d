// Checks that a device runs every node of a small supernet itself.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceError } from '../../core/errors.js';
import { compileSupernet } from '../../core/spaces/nas-bench-201/batched/compile-supernet.js';
import type { Skeleton } from '../../core/spaces/nas-bench-201/batched/skeleton.js';
import { type InferenceSession, Tensor } from '../onnx-runtime.js';
import { isOutOfMemory, openOnDevice, type Provider } from './device.js';
import { dialectOf } from './supernet-session.js';

/** A cell, a residual block and a cell, which together contain every operator of a supernet. */
const SMALL: Skeleton = {
  input: size(3, 8),
  stem: size(4, 8),
  blocks: [
    { kind: 'cell', from: size(4, 8), to: size(4, 8), measured: false },
    { kind: 'reduction', from: size(4, 8), to: size(8, 4), measured: true },
    { kind: 'cell', from: size(8, 4), to: size(8, 4), measured: true },
  ],
};
const SLOTS = { conv3x3: 1, conv1x1: 1, pool: 1, skip: 1 };
/** Names of the execution providers in ONNX Runtime's profiles. */
const EXECUTION_PROVIDERS: Readonly<Record<Provider, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

/** A line of ONNX Runtime's profile, with the fields that are used here. */
export interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/**
 * Runs a small supernet and checks in ONNX Runtime's profile where each node ran. `openOnDevice` forbids
 * falling back to the CPU; this check proves that it did not happen. Throws a DeviceError that says why the
 * device cannot be used.
 */
export async function verifyDevice({ device }: { readonly device: Provider }): Promise<{ nodes: number }> {
  const shape = { size: 2, batch: 2, capacities: Array.from({ length: 6 }, () => SLOTS) };
  const { program } = compileSupernet({ skeleton: SMALL, shape, dialect: dialectOf(device) });
  const events = await profile(async (profilePrefix) => {
    const session = await openOnDevice({ program, device, profilePrefix });
    try {
      await session.run(anyInputs(session));
    } catch (error) {
      if (isOutOfMemory(error)) throw error;
      throw new DeviceError({
        device,
        message: `a first run failed: ${(error as Error).message}`,
        cause: error,
      });
    } finally {
      await session.release();
    }
  });
  const nodes = selectNodeTimes(events);
  const elsewhere = nodes.filter(({ args }) => args?.provider !== EXECUTION_PROVIDERS[device]);
  if (nodes.length === 0) throw new DeviceError({ device, message: "ONNX Runtime's profile names no node" });
  if (elsewhere.length > 0) {
    const { op_name, provider } = elsewhere[0]!.args ?? {};
    throw new DeviceError({
      device,
      message: `${elsewhere.length} of ${nodes.length} nodes ran elsewhere, ${op_name} on ${provider}`,
    });
  }
  return { nodes: nodes.length };
}

/** The profile of a session that `use` opens with the given prefix and closes. */
export async function profile(use: (profilePrefix: string) => Promise<void>): Promise<ProfileEvent[]> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-profile-'));
  try {
    await use(join(folder, 'profile'));
    const [file] = await readdir(folder);
    return file === undefined
      ? []
      : (JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function selectNodeTimes(events: readonly ProfileEvent[]): ProfileEvent[] {
  return events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
}

/** Arbitrary values suffice: index 0, which every table has, and sines. */
function anyInputs(session: InferenceSession): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const dims = input.shape.map(Number);
    const length = dims.reduce((product, n) => product * n, 1);
    feeds[input.name] =
      input.type === 'int32'
        ? new Tensor('int32', new Int32Array(length), dims)
        : new Tensor(
            'float32',
            Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898)),
            dims,
          );
  }
  return feeds;
}

function size(channels: number, side: number) {
  return { channels, height: side, width: side };
}
