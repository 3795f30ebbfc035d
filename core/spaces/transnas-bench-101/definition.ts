// Defines the spaces of TransNAS-Bench-101 (Duan et al. 2021): 4,096 cells (micro) and 3,256 skeletons
// (macro) for images of 256 pixels.
import { z } from 'zod';
import { randomStream } from '../../random/random-stream.js';
import { mapping, oneOf } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import { mutateEdges } from '../mutate-edges.js';
import { noBlocks } from '../no-blocks.js';
import type { Space } from '../space.js';
import { drawCell } from './drawing.js';
import {
  allModules,
  MACRO_SIZE,
  type Modules,
  macroGraph,
  mutateModules,
  parseModules,
  printModules,
} from './macro.js';
import { CELLS, cellAt, cellKey, microGraph, OPERATIONS, parseCell, printCell } from './micro.js';
import { halves, RESOLUTION } from './network.js';

const KIND = 'transnas-bench-101';

/**
 * The cheapest member of each class (by FLOPs, then the first), by key; computed on first use, over the whole
 * space.
 */
let representatives: Map<string, string> | undefined;

function representativesOf(): Map<string, string> {
  if (representatives) return representatives;
  const best = new Map<string, { flops: number; candidate: string }>();
  for (let index = 0; index < CELLS; index++) {
    const cell = cellAt(index);
    const { flops } = microGraph({ cell, resolution: RESOLUTION }).costs;
    const key = cellKey(cell);
    const known = best.get(key);
    if (!known || flops < known.flops) best.set(key, { flops, candidate: printCell(cell) });
  }
  representatives = new Map([...best].map(([key, { candidate }]) => [key, candidate]));
  return representatives;
}

const micro = {
  kind: KIND,
  size: BigInt(CELLS),
  enumeration: {
    size: CELLS,
    at: (index) => printCell(cellAt(index)),
  },
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printCell(parseCell(text)),
  canonicalKey: (candidate) => cellKey(parseCell(candidate)),
  representative: (candidate) => representativesOf().get(cellKey(parseCell(candidate)))!,
  random: (key) => printCell(cellAt(randomStream(key).below(CELLS))),
  mutate: ({ parent, key, mutations }) =>
    printCell(mutateEdges({ cell: parseCell(parent), operations: OPERATIONS, key, mutations })),
  // The stem divides the side by 4, and three modules halve it.
  resolutionStep: () => 32,
  costs: ({ candidate, resolution }) => microGraph({ cell: parseCell(candidate), resolution }).costs,
  graph: ({ candidate, resolution }) => microGraph({ cell: parseCell(candidate), resolution }),
  drawing: ({ candidate }) => drawCell(parseCell(candidate)),
  network: noBlocks(KIND),
} as const satisfies Space;

let found: readonly Modules[] | undefined;
/** Listing them takes some milliseconds, which a process that opens another space does not pay. */
function skeletons(): readonly Modules[] {
  found ??= allModules();
  return found;
}

const macro = {
  kind: KIND,
  size: BigInt(MACRO_SIZE),
  enumeration: {
    size: MACRO_SIZE,
    at: (index) => printModules(skeletons()[index]!),
  },
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printModules(parseModules(text)),
  // Every skeleton is an equivalence class of its own.
  canonicalKey: (candidate) => candidate,
  representative: (candidate) => candidate,
  random: (key) => printModules(randomStream(key).pick(skeletons())),
  mutate: ({ parent, key, mutations }) =>
    printModules(mutateModules({ modules: parseModules(parent), key, mutations })),
  resolutionStep: (candidate) =>
    4 * 2 ** (candidate === undefined ? 4 : parseModules(candidate).filter(halves).length),
  costs: ({ candidate, resolution }) => macroGraph({ modules: parseModules(candidate), resolution }).costs,
  graph: ({ candidate, resolution }) => macroGraph({ modules: parseModules(candidate), resolution }),
  network: noBlocks(KIND),
} as const satisfies Space;

/** The default side of the images for scores: rankings agree better with accuracies than at 256 pixels (docs/decisions/0046-transnas-resolution.md). */
const SCORED = { micro: 96, macro: 128 } as const;

export const transnasBench101Definition = defineSpace({
  kind: KIND,
  schema: mapping({
    kind: z.literal(KIND),
    size: oneOf(['micro', 'macro']).describe(
      `micro: ${CELLS} cells in one skeleton; macro: ${MACRO_SIZE} skeletons of one cell`,
    ),
  }),
  defaults: ({ size }) => ({
    proxies: AZ_NAS_PROXIES,
    resolution: RESOLUTION,
    scored: SCORED[size],
    classes: true,
  }),
  open: ({ size }): Space => (size === 'micro' ? micro : macro),
  code: 'built-in',
  batched: false,
  shapes: 'own',
  isGraph: () => true,
  rankedAs: () => 'summing-cells',
});
