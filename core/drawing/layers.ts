// Places the nodes of a small graph in layers from top to bottom, with few crossings (Sugiyama, Tagawa and
// Toda 1981).
import type { CellPart } from './architecture.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placement {
  readonly width: number;
  readonly height: number;
  /** The middle of each node. */
  readonly nodes: readonly Point[];
  /** For each edge, its points from the middle of one node to the middle of the other. */
  readonly edges: readonly (readonly Point[])[];
}

export const NODE = { width: 96, height: 26, right: 14, down: 26 } as const;
const SWEEPS = 12;

/** A node of the graph, or a point at which an edge crosses a layer. */
interface Item {
  readonly layer: number;
  readonly above: number[];
  readonly below: number[];
  readonly width: number;
  x: number;
}

export function placeInLayers({ nodes, edges }: Pick<CellPart, 'nodes' | 'edges'>): Placement {
  const layerOf = layersOf(nodes.length, edges);
  const items: Item[] = layerOf.map((layer) => ({ layer, above: [], below: [], width: NODE.width, x: 0 }));
  const paths = edges.map(([from, to]) => pathThrough({ items, from, to }));
  const layers = inLayers(items);
  for (let sweep = 0; sweep < SWEEPS; sweep++) orderAndPlace({ items, layers, isDown: sweep % 2 === 0 });
  const left = Math.min(0, ...items.map(({ x, width }) => x - width / 2));
  const width = Math.max(NODE.width, ...items.map((item) => item.x + item.width / 2)) - left;
  const pointOf = (i: number): Point => ({
    x: items[i]!.x - left,
    y: items[i]!.layer * (NODE.height + NODE.down) + NODE.height / 2,
  });
  return {
    width,
    height: layers.length * (NODE.height + NODE.down) - NODE.down,
    nodes: nodes.map((_, i) => pointOf(i)),
    edges: paths.map((path) => path.map(pointOf)),
  };
}

/** The layer of a node is the length of the longest path to it. Edges may lead to higher or lower indices. */
function layersOf(count: number, edges: CellPart['edges']): number[] {
  const layers = new Array<number>(count).fill(0);
  for (let round = 0; round < count; round++) {
    let isSettled = true;
    for (const [from, to] of edges)
      if (layers[to]! < layers[from]! + 1) {
        layers[to] = layers[from]! + 1;
        isSettled = false;
      }
    if (isSettled) break;
  }
  return layers;
}

function pathThrough({
  items,
  from,
  to,
}: {
  readonly items: Item[];
  readonly from: number;
  readonly to: number;
}): number[] {
  const path = [from];
  for (let layer = items[from]!.layer + 1; layer < items[to]!.layer; layer++) {
    items.push({ layer, above: [], below: [], width: 10, x: 0 });
    path.push(items.length - 1);
  }
  path.push(to);
  for (let i = 1; i < path.length; i++) {
    items[path[i - 1]!]!.below.push(path[i]!);
    items[path[i]!]!.above.push(path[i - 1]!);
  }
  return path;
}

function inLayers(items: readonly Item[]): number[][] {
  const layers: number[][] = [];
  items.forEach(({ layer }, i) => {
    layers[layer] ??= [];
    layers[layer].push(i);
  });
  for (const layer of layers) placeSideBySide(items, layer);
  return layers;
}

/**
 * Orders each layer by the mean position of its items' neighbours, and places the items there as far as there
 * is room.
 */
function orderAndPlace({
  items,
  layers,
  isDown,
}: {
  readonly items: readonly Item[];
  readonly layers: readonly number[][];
  readonly isDown: boolean;
}): void {
  const order = isDown ? layers : [...layers].reverse();
  for (const layer of order) {
    const wish = new Map(
      layer.map((i) => {
        const joined = isDown ? items[i]!.above : items[i]!.below;
        const mean = joined.reduce((sum, other) => sum + items[other]!.x, 0) / joined.length;
        return [i, joined.length > 0 ? mean : items[i]!.x] as const;
      }),
    );
    layer.sort((a, b) => wish.get(a)! - wish.get(b)!);
    placeSideBySide(items, layer, wish);
  }
}

/** Places items in their order, without overlap, around the mean of their preferred positions. */
function placeSideBySide(
  items: readonly Item[],
  layer: readonly number[],
  wish?: ReadonlyMap<number, number>,
): void {
  let right = Number.NEGATIVE_INFINITY;
  for (const i of layer) {
    const item = items[i]!;
    item.x = Math.max(wish?.get(i) ?? 0, right + NODE.right + item.width / 2);
    right = item.x + item.width / 2;
  }
  if (!wish) return;
  const shift = layer.reduce((sum, i) => sum + wish.get(i)! - items[i]!.x, 0) / layer.length;
  for (const i of layer) items[i]!.x += shift;
}
