// Builds the expression graph of a block's program: forward pass, vector-Jacobian product and statistics.
import type { Block } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import { channelSum, gram, mul, productSum, spaceToDepth } from '../ops/primitives.js';
import { Tape, type Value } from '../ops/tape.js';
import { tapeBlock } from './block-tape.js';
import type { Spectrum } from './program.js';

/** The results of a block's program, by name; see `Program`. */
export type BlockOutputs = Readonly<Record<'y', Value>> &
  Readonly<Partial<Record<'cov' | 'sum' | 'gram' | 'jac' | 'g', Value>>>;

interface BlockOutputsArguments {
  readonly block: Block;
  /** The shapes of all values of the block; undefined in a program for several shapes. */
  readonly shapes: readonly Shape[] | undefined;
  /** The factor by which the block shrinks the side of its map. */
  readonly stride: number;
  readonly spectrum: Spectrum;
  readonly withGradient: boolean;
}

export function blockOutputs({
  block,
  shapes,
  stride,
  spectrum,
  withGradient,
}: BlockOutputsArguments): BlockOutputs {
  const { form } = block;
  const tape = new Tape();
  const { x, y, pullback } = tapeBlock({ tape, block, shapes });
  const statistics = featureStatistics(y, { form, spectrum });
  if (!withGradient) return { y, ...statistics };
  const v = tape.input('v', shapes?.at(-1));
  const gradient = pullback(v) ?? mul(x, 0);
  const jac = productSum(stride === 1 ? gradient : spaceToDepth(gradient, stride), v, form);
  return { y, ...statistics, jac, g: gradient };
}

function featureStatistics(
  y: Value,
  { form, spectrum }: Pick<Block, 'form'> & { readonly spectrum: Spectrum },
): Omit<BlockOutputs, 'y'> {
  if (spectrum === 'none' || spectrum === 'unread') return {};
  return spectrum === 'gram'
    ? { gram: gram(y, form) }
    : { cov: productSum(y, y, form), sum: channelSum(y, form) };
}
