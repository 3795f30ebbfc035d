// Finds blocks whose vector-Jacobian product equals the probe, because their trainability is defined
// separately (docs/understand/method.md).

import { perBlock } from '../core/lowering/scan.js';
import type { Tensor } from './onnx-runtime.js';
import type { OpenProgram, Programs } from './programs.js';
import { rowOf, run } from './run.js';

/**
 * Whether the diagonal of the Jacobian products is 1. This is necessary for g = v, since the product of each
 * channel of the probe v with itself has mean 1, and it is hardly ever true otherwise.
 */
export function hasUnitDiagonal(sums: Float32Array, n: number, samples: number): boolean {
  for (let i = 0; i < n; i++) if (Math.abs(sums[i * n + i]! / samples - 1) > 1e-5) return false;
  return true;
}

interface FindIdentitiesArguments {
  readonly program: Parameters<Programs['block']>[0];
  readonly opened: OpenProgram;
  readonly feeds: Record<string, Tensor>;
  readonly count: number;
  readonly programs: Programs;
}

/**
 * For each block, whether its vector-Jacobian product equals the probe element by element. Both have the same
 * packing.
 */
export async function findIdentities({
  program,
  opened,
  feeds,
  count,
  programs,
}: FindIdentitiesArguments): Promise<boolean[]> {
  // A scan outputs gradients only if it is compiled for them.
  const asked = opened.sizes ? await programs.block({ ...program, wanted: 'gradient' }) : opened;
  const out = await run(asked, feeds, ['g']);
  const [g, v] = opened.sizes ? [out[perBlock('g')]!, feeds[perBlock('v')]!] : [out.g!, feeds.v!];
  return Array.from({ length: count }, (_, i) =>
    bytesOf(rowOf(g, i, count)).equals(bytesOf(rowOf(v, i, count))),
  );
}

/** Comparing bytes compares the numbers: the probe is 1 or -1, and padding channels are 0 in both. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
