// Draws an imported network as SVG: nodes in layers from top to bottom, features in colour.
import { escapeMarkup } from '../text/markup.js';
import type { Graph } from './graph.js';
import { blockOfNode, blockOfValues } from './inspection.js';
import { makesParts } from './join-inputs.js';
import type { GraphNetwork } from './network.js';

interface Placed {
  readonly label: string;
  readonly isFeature: boolean;
  readonly block: number;
  readonly layer: number;
  readonly inputs: readonly number[];
  column: number;
}

const SIZE = { width: 150, height: 22, right: 20, down: 20, margin: 20 };
/** Shades of the blocks, used in turn. */
const SHADES = ['#eef3fb', '#dde8f7'];

/** Draws the nodes that compute on images; nodes that only rearrange weights or shapes are left out. */
export function drawGraph({
  graph,
  network,
}: {
  readonly graph: Graph;
  readonly network: GraphNetwork;
}): string {
  const nodes = placeNodes(graph, network);
  const columns = Math.max(1, ...nodes.map(({ column }) => column + 1));
  const layers = Math.max(1, ...nodes.map(({ layer }) => layer + 1));
  const width = 2 * SIZE.margin + columns * (SIZE.width + SIZE.right);
  const height = 2 * SIZE.margin + layers * (SIZE.height + SIZE.down);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...nodes.flatMap((node) => node.inputs.map((input) => edge(nodes[input]!, node))),
    ...nodes.map(box),
    '</svg>',
    '',
  ].join('\n');
}

function placeNodes(graph: Graph, network: GraphNetwork): readonly Placed[] {
  const { named, parts, tape } = network.graph;
  const blocks = blockOfValues(network);
  const shapes = new Map(network.features.map(({ id, shape }) => [id, shape]));
  const makers = new Map<string, number>();
  const nodes: Placed[] = [];
  for (const node of graph.nodes) {
    const block = blockOfNode(node, named, blocks);
    const inputs = [...new Set(node.inputs.flatMap((name) => makers.get(name) ?? []))];
    const id = named.get(node.outputs[0] ?? '');
    if (block === undefined || id === undefined) continue;
    const isInput = parts?.includes(id) ?? false;
    // What takes the drawn numbers apart is not drawn, but its results, the inputs of the file, are.
    if (makesParts(graph, node) && !isInput) continue;
    const shape = isInput ? tape.shape(id) : shapes.get(id);
    const layer = 1 + Math.max(-1, ...inputs.map((input) => nodes[input]!.layer));
    const label = shape ? `${isInput ? node.outputs[0] : node.op} ${shape.slice(1).join(' x ')}` : node.op;
    for (const name of node.outputs) makers.set(name, nodes.length);
    nodes.push({ label, isFeature: shapes.has(id), block, layer, inputs, column: 0 });
  }
  arrange(nodes);
  return nodes;
}

/** Places the nodes of a layer below the nodes that they read, as far left as there is room. */
function arrange(nodes: readonly Placed[]): void {
  const layers = new Map<number, Placed[]>();
  for (const node of nodes) layers.set(node.layer, [...(layers.get(node.layer) ?? []), node]);
  for (const [, layer] of [...layers].sort(([a], [b]) => a - b)) {
    const wish = ({ inputs }: Placed) =>
      Math.min(...inputs.map((input) => nodes[input]!.column), Number.MAX_SAFE_INTEGER);
    let next = 0;
    for (const node of [...layer].sort((a, b) => wish(a) - wish(b))) {
      const wanted = wish(node);
      node.column = Math.max(next, wanted === Number.MAX_SAFE_INTEGER ? 0 : wanted);
      next = node.column + 1;
    }
  }
}

const left = ({ column }: Placed) => SIZE.margin + column * (SIZE.width + SIZE.right);
const top = ({ layer }: Placed) => SIZE.margin + layer * (SIZE.height + SIZE.down);

function edge(from: Placed, to: Placed): string {
  const [x1, y1] = [left(from) + SIZE.width / 2, top(from) + SIZE.height];
  const [x2, y2] = [left(to) + SIZE.width / 2, top(to)];
  const bend = to.layer - from.layer > 1 ? SIZE.width / 2 + 10 : 0;
  const middle = (y1 + y2) / 2;
  return `<path d="M${x1} ${y1} C${x1 + bend} ${middle}, ${x2 + bend} ${middle}, ${x2} ${y2}" fill="none" stroke="#888"/>`;
}

function box(node: Placed): string {
  const [x, y] = [left(node), top(node)];
  const fill = node.isFeature ? '#f5b041' : SHADES[node.block % SHADES.length]!;
  return `<rect x="${x}" y="${y}" width="${SIZE.width}" height="${SIZE.height}" rx="4" fill="${fill}" stroke="#556"/><text x="${x + SIZE.width / 2}" y="${y + 15}" text-anchor="middle">${escapeMarkup(node.label)}</text>`;
}
