// Defines the NAS-Bench-201 space (Dong and Yang 2020): 15,625 cells in a fixed skeleton.
import { z } from 'zod';
import { randomStream } from '../../random/random-stream.js';
import { mapping } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import { mutateEdges } from '../mutate-edges.js';
import type { Space } from '../space.js';
import { canonicalKey } from './canonical.js';
import { CELLS, cellAt, OPERATIONS, parseCell, printCell } from './cell.js';
import { cellCosts } from './costs.js';
import { drawCell } from './drawing.js';
import { cellLayerCounts } from './layer-counts.js';
import { cellNetwork } from './network.js';

/** The side of the images on which the benchmark trained and for which it counts FLOPs. */
const RESOLUTION = 32;

/**
 * The representative of each equivalence class, by canonical key: its cheapest member (by FLOPs, then
 * parameters, then index). The map is computed on first use, over the whole space.
 */
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
  },
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printCell(parseCell(text.trim())),
  canonicalKey: (candidate) => canonicalKey(parseCell(candidate)),
  representative: (candidate) => representativesOf().get(canonicalKey(parseCell(candidate)))!,
  random: (key) => printCell(cellAt(randomStream(key).below(CELLS))),
  mutate: ({ parent, key, mutations }) =>
    printCell(mutateEdges({ cell: parseCell(parent), operations: OPERATIONS, key, mutations })),
  // Two blocks halve the side of the map.
  resolutionStep: () => 4,
  countedAt: RESOLUTION,
  costs: ({ candidate }) => cellCosts(parseCell(candidate)),
  layerCounts: ({ candidate, resolution }) => cellLayerCounts(parseCell(candidate), resolution),
  network: ({ candidate }) => cellNetwork(parseCell(candidate)),
  drawing: ({ candidate }) => drawCell(parseCell(candidate)),
} as const satisfies Space;

export const nasBench201Definition = defineSpace({
  kind: 'nas-bench-201',
  schema: mapping({ kind: z.literal('nas-bench-201') }),
  defaults: () => ({ proxies: AZ_NAS_PROXIES, resolution: RESOLUTION, classes: true }),
  open: () => nasBench201,
  code: 'built-in',
  batched: true,
  rankedAs: () => 'summing-cells',
  shapes: 'shared',
});
