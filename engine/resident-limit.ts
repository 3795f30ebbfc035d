// Decides how much memory a scorer process may hold for a request.
import { definitionOf } from '../core/spaces/index.js';
import type { ScoreRequest } from './protocol.js';

/** The number of pixels in a batch whose activations take about a gigabyte. */
const LARGE = 2 ** 18;

/**
 * The number of draws whose tensors a scorer caches, and their bytes for each pixel of the batch (130 MB for
 * 64 images of 32 x 32).
 */
export const KEPT_DRAWS = 4;
const DRAW = 2000;
/** The limit for a scorer whose candidates all have the same shapes. */
const SHARED_SHAPES_AT_MOST = 800e6;

/**
 * The resident memory in bytes above which a scorer process is replaced after this request, because ONNX
 * Runtime retains memory of many sessions. If all candidates have the same shapes, they share programs, and a
 * scorer needs less.
 */
export function estimateResidentLimit({
  space,
  draws,
  fidelity: { batch, resolution },
}: ScoreRequest): number {
  const pixels = batch * resolution ** 2;
  if (pixels > LARGE) return 2.8e9;
  if (definitionOf(space).shapes === 'own') return 1.3e9;
  return Math.min(SHARED_SHAPES_AT_MOST, 600e6 + DRAW * pixels * Math.min(draws.length, KEPT_DRAWS));
}

/**
 * The resident memory in bytes above which the process is ended during its work: three times the limit after
 * the work, or what activations of this size may need.
 */
export function estimateWorkingLimit(request: ScoreRequest): number {
  const { batch, resolution } = request.fidelity;
  return 3 * Math.max(estimateResidentLimit(request), (1e9 * batch * resolution ** 2) / LARGE);
}
