// Writes the square root of a sum of squares so that its gradient is 0 at a vector of zeros, as in PyTorch.
import type { Id, Tape } from '../../ops/tensor/tape.js';

/** Far below the square of any activation, and above the smallest normal float32. */
const LEAST = 1e-36;
/** The largest float32. */
const MOST = 3.4028234663852886e38;

/**
 * ||x|| from the sums of squares. A vector of zeros, such as a padded token of Swin V2, has the norm 1e-18 instead
 * of 0. There the derivative of the root would be infinite, and infinity times 0 is not a number; the derivative
 * of the clipped sum is 0.
 */
export function rootOfSquares(t: Tape, squares: Id): Id {
  return t.add('Sqrt', [t.add('Clip', [squares], { min: LEAST, max: MOST })]);
}
