// Decides how much memory a scorer process may hold, for a request.
import { definitionOf } from '../core/spaces/index.js';
import type { ScoreRequest } from './protocol.js';

/** Pixels of a batch whose activations take about a gigabyte. */
const LARGE = 2 ** 18;

/** Draws whose tensors a scorer keeps, and their bytes for each pixel of the batch (130 MB at 64 images of 32 x 32). */
export const KEPT_DRAWS = 4;
const DRAW = 2000;
/** The most that a scorer may hold whose candidates share their shapes. */
const SHARED_SHAPES_AT_MOST = 800e6;

/**
 * Bytes of resident memory above which a scorer process is replaced after this request, because ONNX Runtime keeps memory of many
 * sessions. Where all candidates share their shapes the programs are shared too, and a scorer needs less.
 */
export function residentLimit({ space, draws, fidelity: { batch, resolution } }: ScoreRequest): number {
  const pixels = batch * resolution ** 2;
  if (pixels > LARGE) return 2.8e9;
  if (definitionOf(space).shapes === 'own') return 1.3e9;
  return Math.min(SHARED_SHAPES_AT_MOST, 600e6 + DRAW * pixels * Math.min(draws.length, KEPT_DRAWS));
}

/** Bytes above which it is ended while it works: three times what it may hold afterwards, or what activations of this size may need. */
export function workingLimit(request: ScoreRequest): number {
  const { batch, resolution } = request.fidelity;
  return 3 * Math.max(residentLimit(request), (1e9 * batch * resolution ** 2) / LARGE);
}
