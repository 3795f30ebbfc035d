// Out: the device classes that a search can ask for. No imports: safe inside a workflow.

/**
 * `cpu` scores candidates one by one. The others score them in stacks, many in one run (docs/decisions/0008-gpu-stack.md);
 * `cpu-stack` is the same on the CPU, slower than `cpu` and for trying out what a GPU worker does.
 */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'cpu-stack'] as const;
export type Device = (typeof DEVICES)[number];
export type StackDevice = Exclude<Device, 'cpu'>;

/** Candidates that a scorer takes at once: some stacks' worth, so that they balance. */
const TOGETHER: Readonly<Record<Device, number>> = { cpu: 1, cuda: 4096, webgpu: 512, 'cpu-stack': 64 };

export const together = (device: Device): number => TOGETHER[device];

/** Candidates of a shard where the specification says nothing: what takes a scorer some seconds. */
export const defaultShardSize = (device: Device): number => Math.max(64, TOGETHER[device]);

export function isStackDevice(device: Device): device is StackDevice {
  return device !== 'cpu';
}
