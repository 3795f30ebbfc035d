// Computes the residual proxy: the share of a network's blocks that pass their input on unchanged.

/** A block counts as having an identity path if its trace share exceeds this. */
const THRESHOLD = 0.5;

interface TraceShareArguments {
  readonly sums: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}

/**
 * trace(J) / c, where J [c, c] is the signal Jacobian of AZ-NAS, the mean over samples (`sums` / `samples`)
 * of the products of input and output gradients. It is 1 for an identity, and near 0 where no identity path
 * connects input and output. Null where J has no diagonal, because input and output differ in shape. A block that
 * shrinks its map by s and has s² times as many channels has a square J, and a trace near 0.
 */
export function traceShare({ sums, rows, columns, samples }: TraceShareArguments): number | null {
  if (rows !== columns) return null;
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += sums[i * columns + i]!;
  return trace / samples / columns;
}

/**
 * Of the blocks that have a trace share, the share (from 0 to 1) whose trace share exceeds 1/2; 0 if no block
 * has one.
 */
export function residual(traces: readonly (number | null)[]): number {
  const known = traces.filter((trace) => trace !== null);
  if (known.length === 0) return 0;
  return known.filter((trace) => trace > THRESHOLD).length / known.length;
}
