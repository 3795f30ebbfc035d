// In: a cell. Out: a key that is equal for exactly those cells that are the same function under tied weights.
import { type Cell, EDGES } from './cell.js';

/**
 * Canonical key of a cell: `none` cuts, what hangs on a dead node is dead, a skip passes its sum on, average pooling,
 * being linear, distributes over sums, operands have no order and nodes no names. 4,660 keys over the 15,625 cells.
 *
 * Weights are tied by what they read: two convolutions of one kernel over the same sum count as the same operand.
 */
export function canonicalKey(cell: Cell): string {
  const { output } = terms(cell);
  return output.length ? output.join('+') : '0';
}

/**
 * The sorted terms of the output's sum, and for each live convolution edge the term that it makes, which names the
 * function: edges of one name, in one cell or in two, may be given the same weights.
 */
export function terms(cell: Cell): { output: readonly string[]; convolutions: ReadonlyMap<number, string> } {
  const nodes: (readonly string[])[] = [['x'], [], [], []];
  const convolutions = new Map<number, string>();
  EDGES.forEach(({ to, from }, edge) => {
    const made = apply(cell[edge]!, nodes[from]!);
    if (cell[edge]!.startsWith('nor_conv') && made.length) convolutions.set(edge, made[0]!);
    nodes[to] = [...nodes[to]!, ...made].sort();
  });
  return { output: nodes[3]!, convolutions };
}

function apply(operation: Cell[number], input: readonly string[]): readonly string[] {
  if (operation === 'none' || input.length === 0) return [];
  if (operation === 'skip_connect') return input;
  if (operation === 'avg_pool_3x3') return input.map((term) => `p(${term})`);
  return [`${operation === 'nor_conv_3x3' ? 'c3' : 'c1'}(${input.join('+')})`];
}
