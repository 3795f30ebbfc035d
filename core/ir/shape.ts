// Out: the shape of one image's activation, and what follows from it.

/** Shape of one image's activation: a map, or a matrix of tokens (see `Form`). */
export type Shape = MapShape | TokenShape;
export type MapShape = readonly [channels: number, height: number, width: number];
export type TokenShape = readonly [tokens: number, channels: number];

/** Dimensions of a tensor of that many images' activations: [b, c, h, w] of maps, [b n, c] of tokens. */
export function tensorShape({ batch, shape }: { batch: number; shape: Shape }): readonly number[] {
  return shape.length === 3 ? [batch, ...shape] : [batch * shape[0], shape[1]];
}

/** A shape that must be a map's. */
export function mapShape(shape: Shape): MapShape {
  if (shape.length === 3) return shape;
  throw new Error(`found tokens [${shape}] where a map [channels, height, width] is needed`);
}

export function channelsOf(shape: Shape): number {
  return shape.length === 3 ? shape[0] : shape[1];
}

/** Samples of one image: positions of a map, or tokens. */
export function positionsOf(shape: Shape): number {
  return shape.length === 3 ? shape[1] * shape[2] : shape[0];
}
