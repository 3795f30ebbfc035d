// The shape of the images that a network reads. Signals have one side, and volumes and videos three.
import type { Graph, GraphInput } from './graph.js';

/** The channels of images where a file leaves them open. */
const CHANNELS = 3;
/** The default of a side that a file leaves open. */
const SIDE = 224;

/** Undefined for a side that the file leaves open. */
export type Sides = readonly (number | undefined)[];

/** The sides of an input [batch, channels, ...sides], or [samples] of an input [batch, samples]. */
export function sidesOf({ shape }: GraphInput): Sides {
  return shape.slice(shape.length > 2 ? 2 : 1);
}

/**
 * Channels and sides of one image, or its samples. A square image has sides of `resolution`, whatever the file says;
 * of all other images, the sides that the file leaves open have it.
 */
export function imageShape(input: GraphInput, resolution: number): readonly number[] {
  const sides = sidesOf(input);
  const isSquare = sides.length === 2 && sides[0] === sides[1];
  return imageOfSides(input, isSquare ? [resolution, resolution] : fillSides(sides, resolution));
}

/** Channels and the given sides, or these alone where the network reads [batch, samples]. */
export function imageOfSides({ shape }: GraphInput, sides: readonly number[]): readonly number[] {
  return shape.length > 2 ? [shape[1] ?? CHANNELS, ...sides] : sides;
}

/** An open side has `resolution`, else the other side's length if there are two, else 224. */
export function fillSides(sides: Sides, resolution?: number): readonly number[] {
  const other = sides.length === 2 ? sides.find((side) => side !== undefined) : undefined;
  return sides.map((side) => side ?? resolution ?? other ?? SIDE);
}

/** The network for images of these sides alone. */
export function withSides(graph: Graph, sides: readonly number[]): Graph {
  const [input, ...others] = graph.inputs as [GraphInput, ...GraphInput[]];
  const shape = [...input.shape.slice(0, input.shape.length - sides.length), ...sides];
  return { ...graph, inputs: [{ ...input, shape }, ...others] };
}
