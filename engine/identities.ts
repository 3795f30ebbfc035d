// In: what a run of blocks put out. Out: which of them hand the signs on as they are: their score has a rule of its own (method.md).

import { perBlock } from '../core/lowering/scan.js';
import type { Tensor } from './onnx-runtime.js';
import type { OpenProgram, Programs } from './programs.js';
import { rowOf, run } from './run.js';

/** Necessary for g = v, and nearly never met otherwise: each channel of v times itself averages to 1. */
export function hasUnitDiagonal(sums: Float32Array, n: number, samples: number): boolean {
  for (let i = 0; i < n; i++) if (Math.abs(sums[i * n + i]! / samples - 1) > 1e-5) return false;
  return true;
}

/** Of which blocks the vector-Jacobian product equals the signs element for element; both lie in the same order. */
export async function findIdentities({
  program,
  opened,
  feeds,
  count,
  programs,
}: {
  program: Parameters<Programs['block']>[0];
  opened: OpenProgram;
  feeds: Record<string, Tensor>;
  count: number;
  programs: Programs;
}): Promise<boolean[]> {
  // A series does not carry its gradients out unless it is asked to.
  const asked = opened.sizes ? await programs.block({ ...program, wanted: 'gradient' }) : opened;
  const out = await run(asked, feeds, ['g']);
  const [g, v] = opened.sizes ? [out[perBlock('g')]!, feeds[perBlock('v')]!] : [out.g!, feeds.v!];
  return Array.from({ length: count }, (_, i) =>
    bytesOf(rowOf(g, i, count)).equals(bytesOf(rowOf(v, i, count))),
  );
}

/** Equal numbers are equal bytes: signs are 1 and -1, and what fills up blocks of channels is 0 on both sides. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
