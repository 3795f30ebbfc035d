// Counts the layers on the longest path through a network.
import type { Id, Tape } from '../../ops/tensor/tape.js';

export interface Depths {
  /** The largest number of layers on a path from the images to the output. */
  readonly depth: number;
  /** The largest number of convolutions with kernels of more than one position on such a path. */
  readonly spatialDepth: number;
}

/** `weights`: for each output of a layer, the shape of the layer's weight. */
export function depthsOf({
  tape,
  logits,
  weights,
}: {
  readonly tape: Tape;
  readonly logits: Id;
  readonly weights: ReadonlyMap<Id, readonly number[]>;
}): Depths {
  const longest = (counts: (weight: readonly number[]) => boolean): number => {
    const depths: number[] = [];
    for (let id = 0; id <= logits; id++) {
      const weight = weights.get(id);
      const before = Math.max(0, ...tape.get(id).inputs.map((input) => depths[input]!));
      depths.push(before + (weight && counts(weight) ? 1 : 0));
    }
    return depths[logits]!;
  };
  return { depth: longest(() => true), spatialDepth: longest(isSpatial) };
}

/** The weight of a convolution is [out, in / groups, ...kernel]; that of a linear layer has no kernel. */
function isSpatial([, , ...kernel]: readonly number[]): boolean {
  return kernel.some((side) => side > 1);
}
