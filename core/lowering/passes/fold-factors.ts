// Folds a gradient's factor by channel into the weight of the convolution that the gradient goes through.
import type { Value } from '../../ops/tape.js';
import { affine } from './affine.js';
import { inputsOf, type Pass, rewrite } from './rewrite.js';

/** A convolution's product with c ⊙ dy is that of c ⊙ weight with dy; other products by channel are affine maps. */
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
