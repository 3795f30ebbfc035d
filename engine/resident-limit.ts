// In: a score request. Out: how large the process that served it may be before it is ended.
import { definitionOf } from '../core/spaces/index.js';
import type { ScoreRequest } from './protocol.js';

/** Pixels of a batch from which activations alone take a gigabyte. */
const LARGE = 2 ** 18;

/** Draws whose tensors a scorer keeps, and their bytes for each pixel of a batch (130 MB at 64 images of 32 x 32). */
export const KEPT_DRAWS = 4;
const DRAW = 2000;
/** What a scorer of cells may hold at most, whatever it keeps. */
const CELLS_AT_MOST = 800e6;

/**
 * Bytes of resident memory beyond which a scorer's process is ended after this request, for what ONNX Runtime keeps. Cells
 * of NAS-Bench-201 share programs and shapes; elsewhere each candidate has shapes of its own.
 */
export function residentLimit({ space, draws, fidelity: { batch, resolution } }: ScoreRequest): number {
  const pixels = batch * resolution ** 2;
  if (pixels > LARGE) return 2.8e9;
  if (definitionOf(space).shapes === 'own') return 1.3e9;
  return Math.min(CELLS_AT_MOST, 600e6 + DRAW * pixels * Math.min(draws.length, KEPT_DRAWS));
}

/** Bytes beyond which it is ended while it works: three times what it may keep, or its activations. */
export function workingLimit(request: ScoreRequest): number {
  const { batch, resolution } = request.fidelity;
  return 3 * Math.max(residentLimit(request), (1e9 * batch * resolution ** 2) / LARGE);
}
