// Defines the shape of one image's activation.

/** The shape of one image's activation: a map, or a matrix of tokens (see `Form`). */
export type Shape = MapShape | TokenShape;
export type MapShape = readonly [channels: number, height: number, width: number];
export type TokenShape = readonly [tokens: number, channels: number];

/** Dimensions of the activations of a batch: [b, c, h, w] for maps, [b n, c] for tokens. */
export function tensorShape({
  batch,
  shape,
}: {
  readonly batch: number;
  readonly shape: Shape;
}): readonly number[] {
  return shape.length === 3 ? [batch, ...shape] : [batch * shape[0], shape[1]];
}

/** Narrows a shape to that of a map; throws where it is another. */
export function mapShape(shape: Shape): MapShape {
  if (shape.length === 3) return shape;
  throw new Error(`found tokens [${shape}] where a map [channels, height, width] is needed`);
}

export function channelsOf(shape: Shape): number {
  return shape.length === 3 ? shape[0] : shape[1];
}

/** The number of samples of one image: positions of a map, or tokens. */
export function positionsOf(shape: Shape): number {
  return shape.length === 3 ? shape[1] * shape[2] : shape[0];
}
