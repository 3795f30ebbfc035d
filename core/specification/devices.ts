// Lists the devices that a search can ask for. It imports nothing, so that workflows can use it.

/**
 * `cpu` scores candidates one by one. The other devices score many candidates in one run of a batched
 * supernet where the space has one (docs/decisions/0008-gpu-stack.md), and one by one elsewhere. `cpu-stack`
 * runs the batched supernet on the CPU; it is slower than `cpu` and serves to try out what a GPU worker does.
 */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'cpu-stack'] as const;
export type Device = (typeof DEVICES)[number];
export type BatchedDevice = Exclude<Device, 'cpu'>;

/**
 * The number of candidates that a scorer receives at once: enough for several runs, over which their
 * operations can be spread evenly.
 */
const TOGETHER: Readonly<Record<Device, number>> = { cpu: 1, cuda: 4096, webgpu: 512, 'cpu-stack': 64 };

export const together = (device: Device): number => TOGETHER[device];

/** The default number of candidates in a shard, which takes a scorer some seconds. */
export const defaultShardSize = (device: Device): number => Math.max(64, TOGETHER[device]);

export function isBatchedDevice(device: Device): device is BatchedDevice {
  return device !== 'cpu';
}
