// Defines the inputs and outputs of a block's program, and which blocks need their sizes to be known.
import type { Block } from '../ir/block.js';
import { channelsOf, positionsOf, type Shape } from '../ir/shape.js';
import { operation } from '../ops/operations.js';

/**
 * A program: inputs `x` [b, c, h, w], `v` (the Rademacher probe, of the output's shape; not for stems) and `w:<slot>` for
 * each weight. Outputs, all float32:
 * - `y` the block's output [b, d, p, q];
 * - `cov` [d, d] sum of products and `sum` [d] sum of y's channels over b and positions (method.md, Covariance); or
 *   `gram`, see `Spectrum`;
 * - `g` the vector-Jacobian product of `v`, [b, c, h, w], and `jac` [c s², d] the sum over b and positions of its
 *   space-to-depth form times `v` (method.md, Signal Jacobian); absent for stems.
 * Blocks of tokens have [b n, c] and [b n, d] for maps, and tokens for positions.
 */
export type Program = Uint8Array;

/**
 * Which output of a program yields the eigenvalues of a feature's covariance. `covariance`: the sums `cov`
 * and `sum`. `gram`: the matrix `gram` [samples, samples], whose centred form has the same non-zero
 * eigenvalues; used where there are fewer samples than channels. `unread`: no proxy reads the feature, so the
 * program has neither. `none`: the block is not measured; its program has the output `y` alone and no input `v`.
 */
export type Spectrum = 'covariance' | 'gram' | 'unread' | 'none';

/** Chooses the smaller of the covariance and the Gram matrix. */
export function spectrumOf({
  batch,
  shape,
}: {
  readonly batch: number;
  readonly shape: Shape;
}): 'covariance' | 'gram' {
  return batch * positionsOf(shape) < channelsOf(shape) ? 'gram' : 'covariance';
}

/** The layout of `x` and `y` at the edge of a program: plain, or packed in NCHWc. */
export type Boundary = 'plain' | 'blocked';

/** The outputs of a scan over blocks other than `y`. */
export type Wanted = 'statistics' | 'gradient';

/** Whether a block's program depends on the shapes of its input and weights. */
export function isSized({ instructions }: Block): boolean {
  return instructions.some(({ operation: name }) => operation(name).sized);
}
