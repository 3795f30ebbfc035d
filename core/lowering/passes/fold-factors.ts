// Folds a factor by channel of a gradient into the weight of the convolution that the gradient passes
// through.
import type { Value } from '../../ops/tape.js';
import { affine } from './affine.js';
import { inputsOf, type Pass, rewrite } from './rewrite.js';

/**
 * The product of a convolution with c ⊙ dy equals the product of the convolution with weight c ⊙ w with dy.
 * Other products by channel become affine maps.
 */
export const foldFactors: Pass = (outputs) =>
  rewrite(outputs, (value, { tape, at, uses }) => {
    const product = (read: Value | undefined) => inputsOf(read, 'mulByChannel');
    const scaled = product(value);
    if (scaled) return affine({ x: at(scaled[0]!), scale: at(scaled[1]!) });
    const [dy, weight] = inputsOf(value, 'convInputGradient') ?? [];
    const factored = dy && uses(dy) === 1 && product(dy);
    if (!factored) return undefined;
    return tape.apply({ ...value, inputs: [at(factored[0]!), at(weight!), at(factored[1]!)] });
  });
