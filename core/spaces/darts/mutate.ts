// Draws and mutates genotypes of the DARTS space.
import type { RandomKey } from '../../random/random.js';
import { type RandomStream, randomStream } from '../../random/random-stream.js';
import { type Cell, CHOSEN, type Edge, type Genotype, inOrder, NODES } from './genotype.js';

/** Each node reads two different earlier nodes through two operations, all equally likely. */
export function randomGenotype(key: RandomKey): Genotype {
  const random = randomStream(key);
  return { normal: randomCell(random), reduce: randomCell(random) };
}

function randomCell(random: RandomStream): Cell {
  return Array.from({ length: NODES }, (_, i) => {
    const first = random.below(i + 2);
    const second = (first + 1 + random.below(i + 1)) % (i + 2);
    return inOrder([
      { operation: random.pick(CHOSEN), from: first },
      { operation: random.pick(CHOSEN), from: second },
    ]);
  });
}

/**
 * Each mutation picks one of the 16 edges and replaces either its operation or, equally likely, the node at
 * which it begins (Real et al. 2019). The edges of node 2 have no other node to begin at, so only their
 * operation changes.
 */
export function mutateGenotype({
  genotype,
  key,
  mutations,
}: {
  readonly genotype: Genotype;
  readonly key: RandomKey;
  readonly mutations: number;
}): Genotype {
  const random = randomStream(key);
  const child = { ...genotype };
  for (let i = 0; i < mutations; i++) {
    const name = random.pick(['normal', 'reduce'] as const);
    child[name] = mutateCell(child[name], random);
  }
  return child;
}

function mutateCell(cell: Cell, random: RandomStream): Cell {
  const node = random.below(NODES);
  const place = random.below(2);
  const edge = cell[node]![place]!;
  const other = cell[node]![1 - place]!;
  const others = Array.from({ length: node + 2 }, (_, from) => from).filter(
    (from) => from !== edge.from && from !== other.from,
  );
  const isMoved = others.length > 0 && random.below(2) === 0;
  const changed: Edge = isMoved
    ? { operation: edge.operation, from: random.pick(others) }
    : { operation: random.pickOther(CHOSEN, edge.operation), from: edge.from };
  return cell.map((edges, i) => (i === node ? inOrder([changed, other]) : edges));
}
