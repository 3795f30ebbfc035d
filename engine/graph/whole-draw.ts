// The tensors of a draw for a whole network: weights, images, classes, and the noise that images are perturbed with.
import { SpecError } from '../../core/errors.js';
import type { FedTensor } from '../../core/graph/whole/network.js';
import type { Draw } from '../../core/ir/draw.js';

export interface WholeDraw {
  weight(tensor: FedTensor): Float32Array;
  images(shape: readonly number[]): Float32Array;
  /** Class of each image, below `classes`. */
  labels(count: number, classes: number): Int32Array;
  /** Standard normal values that belong to no image: `second` is another batch, `noise` a perturbation. */
  normal(name: 'second' | 'noise', shape: readonly number[]): Float32Array;
  /** Classes of the second batch, and uniform numbers in [0, 1) that samples of classes are chosen with. */
  uniform(name: 'second labels' | 'classes', count: number): Float32Array;
}

/** Classes are uniform, from the draw. Throws SpecError for a constant that the network needs and its file does not hold. */
export function wholeDraw({ drawn, file }: { drawn: Draw; file: string }): WholeDraw {
  const uniform = (name: string, count: number) =>
    drawn
      .weight({ name, shape: [count], initialization: { kind: 'uniform', bound: 0.5 } })
      .map((value) => value + 0.5);
  return {
    weight: ({ from, shape }) => {
      if (!('read' in from)) return drawn.weight(from);
      const values = from.read();
      if (values) return Float32Array.from(values);
      throw SpecError.of({
        path: file,
        message: `the numbers of "${from.name}" [${shape}] are not in the file, and it is no weight that could be drawn`,
      });
    },
    images: drawn.input,
    labels: (count, classes) => classesOf(uniform('labels', count), classes),
    normal: (name, shape) => drawn.weight({ name, shape, initialization: { kind: 'normal', std: 1 } }),
    uniform,
  };
}

/** A class of `classes` for each number in [0, 1). */
export function classesOf(uniform: Float32Array, classes: number): Int32Array {
  return Int32Array.from(uniform, (u) => Math.min(classes - 1, Math.floor(u * classes)));
}
