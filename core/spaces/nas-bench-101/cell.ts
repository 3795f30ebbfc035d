// Reads and prints cells of NAS-Bench-101, and removes vertices that are on no path from input to output.
import { SpecError } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { quote } from '../../text/show.js';

export const OPERATIONS = ['conv3x3-bn-relu', 'conv1x1-bn-relu', 'maxpool3x3'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const MOST_VERTICES = 7;
export const MOST_EDGES = 9;

/** Vertex 0 is the input, the last one the output; edges lead from a vertex to a later one. */
export interface Cell {
  /** `edges[to][from]` says whether there is an edge from an earlier vertex. */
  readonly edges: readonly (readonly boolean[])[];
  /** The operations of the inner vertices. */
  readonly operations: readonly Operation[];
}

const HOW =
  'must be the upper triangle of the adjacency matrix row by row, then the operations, such as "011001 input conv3x3-bn-relu maxpool3x3 output"';

/**
 * Throws a SpecError for a text that is not a cell, for a cell without a path from input to output, and for
 * more than 9 edges on such paths.
 */
export function parseCell(text: string): Cell {
  const complain = (message: string) =>
    SpecError.of({ path: '', message: `candidate ${quote(text)}: ${message}` });
  const [triangle = '', ...words] = text.trim().split(/[\s,|;:]+/);
  const names = words.filter((word) => word !== '');
  if (!/^[01]+$/.test(triangle)) throw complain(`found ${quote(triangle)} for the matrix; ${HOW}`);
  const n = names.length;
  if (n < 2 || n > MOST_VERTICES)
    throw complain(`has ${n} operations; must have 2 to ${MOST_VERTICES}, input and output among them`);
  if (triangle.length !== (n * (n - 1)) / 2)
    throw complain(
      `its matrix has ${triangle.length} digits; must have ${(n * (n - 1)) / 2} for ${n} operations`,
    );
  if (names[0] !== 'input' || names.at(-1) !== 'output')
    throw complain('its first operation must be input and its last one output');
  const operations = names.slice(1, -1).map((name) => {
    if (isOperation(name)) return name;
    const close = nearest({ word: name, known: OPERATIONS });
    throw complain(
      `unknown operation ${quote(name)}${close ? `; did you mean ${quote(close)}?` : ''} (known: ${OPERATIONS.join(', ')})`,
    );
  });
  const cell = { edges: fromTriangle(triangle, n), operations };
  const pruned = prune(cell);
  if (!pruned) throw complain('no path leads from its input to its output');
  const edges = countEdges(pruned);
  if (edges > MOST_EDGES)
    throw complain(`has ${edges} edges on paths from input to output; at most ${MOST_EDGES} are allowed`);
  return cell;
}

function isOperation(name: string): name is Operation {
  return (OPERATIONS as readonly string[]).includes(name);
}

function fromTriangle(triangle: string, n: number): boolean[][] {
  const edges = Array.from({ length: n }, (_, to) => new Array<boolean>(to).fill(false));
  let at = 0;
  for (let from = 0; from < n; from++)
    for (let to = from + 1; to < n; to++) edges[to]![from] = triangle[at++] === '1';
  return edges;
}

export function printCell({ edges, operations }: Cell): string {
  let triangle = '';
  for (let from = 0; from < edges.length; from++)
    for (let to = from + 1; to < edges.length; to++) triangle += edges[to]![from] ? '1' : '0';
  return [triangle, 'input', ...operations, 'output'].join(' ');
}

export function countEdges({ edges }: Cell): number {
  return edges.flat().filter(Boolean).length;
}

/** The cell without the vertices that are on no path from input to output; undefined where there is no path. */
export function prune({ edges, operations }: Cell): Cell | undefined {
  const n = edges.length;
  const reached = edges.map((_, v) => v === 0);
  const useful = edges.map((_, v) => v === n - 1);
  for (let to = 1; to < n; to++) reached[to] = edges[to]!.some((edge, from) => edge && reached[from]!);
  for (let to = n - 1; to > 0; to--)
    if (useful[to])
      edges[to]!.forEach((edge, from) => {
        useful[from] ||= edge;
      });
  const kept = edges.flatMap((_, v) => (reached[v] && useful[v] ? [v] : []));
  if (kept[0] !== 0 || kept.at(-1) !== n - 1) return undefined;
  return {
    edges: kept.map((to, i) => kept.slice(0, i).map((from) => edges[to]![from]!)),
    operations: kept.slice(1, -1).map((v) => operations[v - 1]!),
  };
}
