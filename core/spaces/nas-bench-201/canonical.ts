// Computes a key that is equal for exactly those cells that compute the same function under tied weights.
import { type Cell, EDGES } from './cell.js';

/**
 * The canonical key of a cell: the sorted terms of the sum that reaches the output. `none` contributes no
 * term. A skip passes on the terms of its node. Average pooling is linear, so it applies to each term
 * (`p(x)`). A convolution makes one term of a sum (`c3(x+p(x))`). Edges whose node has no terms contribute
 * nothing. The 15,625 cells have 4,660 keys, their equivalence classes.
 *
 * Weights are tied accordingly: two convolutions with the same kernel size over the same sum are the same
 * term.
 */
export function canonicalKey(cell: Cell): string {
  const { output } = terms(cell);
  return output.length ? output.join('+') : '0';
}

/**
 * The sorted terms of the output's sum, and the term of each convolution edge that has an input. Convolution
 * edges with equal terms, within one cell or in two, share their weights where weights are tied.
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
