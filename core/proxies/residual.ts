// Computes the residual proxy: the share of a network's blocks that pass a signal on unchanged.

/** A block with a larger share of its signal unchanged counts as one with an identity path. */
const THRESHOLD = 0.5;

/**
 * trace(J) / c, where J [c, c] is the mean over samples of the products of input and output gradients (the signal Jacobian of
 * AZ-NAS, whose entries are `sums` over `samples`): 1 for an identity, near 0 where no path leads through unchanged. Null for a
 * block whose input and output differ in channels or resolution, which has no diagonal.
 */
export function traceShare({
  sums,
  rows,
  columns,
  samples,
}: {
  readonly sums: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}): number | null {
  if (rows !== columns) return null;
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += sums[i * columns + i]!;
  return trace / samples / columns;
}

/** From 0 to 1: the share of the blocks whose trace share is above one half, of those that have one; 0 where none has. */
export function residual(traces: readonly (number | null)[]): number {
  const known = traces.filter((trace) => trace !== null);
  if (known.length === 0) return 0;
  return known.filter((trace) => trace > THRESHOLD).length / known.length;
}
