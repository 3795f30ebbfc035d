// The shape of what a network reads: images, or signals, samples, volumes and videos, which are called images too.
import type { Graph, GraphInput } from './graph.js';

/** The channels of images, and their sides, where a file leaves them open. */
const CHANNELS = 3;
const SIDE = 224;

/** The axes of an input behind the batch; undefined for one that the file leaves open. */
export type Axes = readonly (number | undefined)[];

export function axesOf({ shape }: GraphInput): Axes {
  return shape.slice(1);
}

/** [channels, height, width]. */
export function isImage(axes: Axes): boolean {
  return axes.length === 3;
}

/** An image whose two sides are equal, or both open. */
export function isSquare(axes: Axes): boolean {
  return isImage(axes) && axes[1] === axes[2];
}

/** The shape of one image. A square one has sides of `resolution`, whatever the file says. */
export function imageShape(input: GraphInput, resolution: number): readonly number[] {
  const axes = axesOf(input);
  return isSquare(axes) ? [axes[0] ?? CHANNELS, resolution, resolution] : fillAxes(axes, resolution);
}

/**
 * An open axis has `resolution`; without one, an open side of an image has the length of the other, or else 224. The open
 * channels of an image are 3.
 */
export function fillAxes(axes: Axes, resolution?: number): readonly number[] {
  const [channels, ...sides] = axes;
  if (!isImage(axes)) return axes.map((n) => n ?? resolution ?? SIDE);
  const other = sides.find((side) => side !== undefined);
  return [channels ?? CHANNELS, ...sides.map((side) => side ?? resolution ?? other ?? SIDE)];
}

/** Whether nothing says how large an axis is, and no usual size exists. */
export function isUnknown(axes: Axes, resolution: number | undefined): boolean {
  return !isImage(axes) && axes.includes(undefined) && resolution === undefined;
}

export function describeUnknown(axes: Axes): string {
  return `leaves the size of its input open (${formatAxes(axes)}), and signals and volumes have no usual size; state it as the resolution, or export the file for one size`;
}

export function formatAxes(axes: Axes): string {
  return axes.map((n) => n ?? 'any').join(' x ');
}

/** The network for images of this shape alone. */
export function withImage(graph: Graph, image: readonly number[]): Graph {
  const [input, ...others] = graph.inputs as [GraphInput, ...GraphInput[]];
  return { ...graph, inputs: [{ ...input, shape: [input.shape[0], ...image] }, ...others] };
}
