// In: nothing. Out: the NAS-Bench-201 space (Dong and Yang 2020): 15,625 cells in a fixed skeleton.
import { randomStream } from '../../random/random-stream.js';
import { spaceDefaults } from '../../specification/space.js';
import type { Space } from '../space.js';
import { canonicalKey } from './canonical.js';
import { CELLS, cellAt, parseCell, printCell } from './cell.js';
import { cellCosts } from './costs.js';
import { mutateCell } from './mutate.js';
import { cellNetwork } from './network.js';

/** Canonical key to the cheapest member (FLOPs, then parameters, then index), over the whole space; made on first use. */
let representatives: Map<string, string> | undefined;

function representativesOf(): Map<string, string> {
  if (representatives) return representatives;
  const best = new Map<string, { flops: number; parameters: number; candidate: string }>();
  for (let index = 0; index < CELLS; index++) {
    const cell = cellAt(index);
    const { flops, parameters } = cellCosts(cell);
    const key = canonicalKey(cell);
    const known = best.get(key);
    if (!known || flops < known.flops || (flops === known.flops && parameters < known.parameters))
      best.set(key, { flops, parameters, candidate: printCell(cell) });
  }
  representatives = new Map([...best].map(([key, { candidate }]) => [key, candidate]));
  return representatives;
}

export const nasBench201 = {
  kind: 'nas-bench-201',
  size: BigInt(CELLS),
  enumeration: {
    size: CELLS,
    at: (index) => printCell(cellAt(index)),
    representative: (candidate) => representativesOf().get(canonicalKey(parseCell(candidate)))!,
  },
  proxies: spaceDefaults({ kind: 'nas-bench-201' }).proxies,
  parse: (text) => printCell(parseCell(text.trim())),
  canonicalKey: (candidate) => canonicalKey(parseCell(candidate)),
  random: (key) => printCell(cellAt(randomStream(key).below(CELLS))),
  mutate: ({ parent, key, mutations }) => printCell(mutateCell({ cell: parseCell(parent), key, mutations })),
  // Two strided blocks.
  resolutionStep: () => 4,
  countedAt: spaceDefaults({ kind: 'nas-bench-201' }).resolution,
  costs: ({ candidate }) => cellCosts(parseCell(candidate)),
  network: ({ candidate }) => cellNetwork(parseCell(candidate)),
} as const satisfies Space;
