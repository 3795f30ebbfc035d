// Counts the layers on the longest path through a network.
import type { Id, Tape } from '../../ops/tensor/tape.js';

export interface Depths {
  /** The largest number of layers on a path from the images to the output. */
  readonly depth: number;
  /** The largest number of convolutions with kernels of more than one position on such a path. */
  readonly spatialDepth: number;
}

/** `layers`: the outputs of all layers. */
export function depthsOf({
  tape,
  logits,
  layers,
}: {
  readonly tape: Tape;
  readonly logits: Id;
  readonly layers: ReadonlySet<Id>;
}): Depths {
  const longest = (counts: (layer: Id) => boolean): number => {
    const depths: number[] = [];
    for (let id = 0; id <= logits; id++) {
      const before = Math.max(0, ...tape.get(id).inputs.map((input) => depths[input]!));
      depths.push(before + (layers.has(id) && counts(id) ? 1 : 0));
    }
    return depths[logits]!;
  };
  return { depth: longest(() => true), spatialDepth: longest((id) => isSpatial(tape, id)) };
}

/** A convolution reads a weight [out, in / groups, ...kernel]; the weight of a product of matrices has no kernel. */
function isSpatial(tape: Tape, id: Id): boolean {
  const { op, inputs } = tape.get(id);
  if (op === 'MatMul') return false;
  const [, , ...kernel] = tape.shape(inputs[1]!);
  return kernel.some((side) => side > 1);
}
