// In: a score request. Out: how large the process that served it may be before it is ended.
import type { ScoreRequest } from './protocol.js';

/** Pixels of a batch from which activations alone take a gigabyte. */
const LARGE = 2 ** 18;

/**
 * Bytes of resident memory beyond which a scorer's process is ended after this request, for what ONNX Runtime keeps. Cells
 * of NAS-Bench-201 share programs and shapes; elsewhere each candidate has shapes of its own.
 */
export function residentLimit({ space, fidelity: { batch, resolution } }: ScoreRequest): number {
  if (batch * resolution ** 2 > LARGE) return 2.8e9;
  return space.kind === 'nas-bench-201' ? 700e6 : 1.3e9;
}

/** Bytes beyond which it is ended while it works: three times what it may keep, or its activations. */
export function workingLimit(request: ScoreRequest): number {
  const { batch, resolution } = request.fidelity;
  return 3 * Math.max(residentLimit(request), (1e9 * batch * resolution ** 2) / LARGE);
}
