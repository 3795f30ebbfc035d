// Draws the tensors of a whole network: weights, images, classes, and the noise that is added to images.
import { SpecError } from '../../core/errors.js';
import type { FedTensor } from '../../core/graph/whole/network.js';
import type { Draw } from '../../core/ir/draw.js';

export interface WholeDraw {
  weight(tensor: FedTensor): Float32Array;
  images(shape: readonly number[]): Float32Array;
  /** The class of each image, from 0 to `classes` - 1. */
  labels(count: number, classes: number): Int32Array;
  /** Standard normal values other than the images: `second` is another batch, `noise` a perturbation. */
  normal(name: 'second' | 'noise', shape: readonly number[]): Float32Array;
  /** Uniform numbers in [0, 1): for the classes of the second batch, or for sampling classes. */
  uniform(name: 'second labels' | 'classes', count: number): Float32Array;
}

/**
 * Classes are drawn uniformly unless `labels` gives them. Throws SpecError for a constant whose values the
 * network needs and its file does not hold.
 */
export function drawWhole({
  drawn,
  file,
  labels,
}: {
  readonly drawn: Draw;
  readonly file: string;
  /** Gives the classes of the images in place of random ones. */
  readonly labels?: WholeDraw['labels'] | undefined;
}): WholeDraw {
  const uniform = (name: string, count: number) =>
    drawn
      .weight({ name, shape: [count], initialization: { kind: 'uniform', bound: 0.5 } })
      .map((value) => value + 0.5);
  return {
    weight: ({ from, shape }) => {
      if (!('read' in from)) return drawn.weight(from);
      const values = from.read();
      if (values) return Float32Array.from(values);
      throw SpecError.inFile({
        file,
        message: `the numbers of "${from.name}" [${shape}] are not in the file, and it is no weight that could be drawn`,
      });
    },
    images: drawn.input,
    labels: labels ?? ((count, classes) => classesOf(uniform('labels', count), classes)),
    normal: (name, shape) => drawn.weight({ name, shape, initialization: { kind: 'normal', std: 1 } }),
    uniform,
  };
}

/** A class for each number in [0, 1). */
export function classesOf(uniform: Float32Array, classes: number): Int32Array {
  return Int32Array.from(uniform, (u) => Math.min(classes - 1, Math.floor(u * classes)));
}
