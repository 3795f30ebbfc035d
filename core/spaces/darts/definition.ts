// Defines the DARTS space (Liu et al. 2019): a normal and a reduction cell of four nodes, each of which sums
// two operations.
import { z } from 'zod';
import { mapping, wholeNumber } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import { noBlocks } from '../no-blocks.js';
import type { Space } from '../space.js';
import { drawnCells } from './drawing.js';
import { genotypeKey, NODES, OPERATIONS, parseGenotype, printGenotype } from './genotype.js';
import { mutateGenotype, randomGenotype } from './mutate.js';
import { genotypeGraph, type NetworkSize, PUBLISHED } from './network.js';

const RESOLUTION = 32;

/**
 * Node i of a cell, counted from 0, chooses one of (i + 2)(i + 1) / 2 pairs of earlier nodes, and an
 * operation for each.
 */
function countGenotypes(): bigint {
  let cells = 1n;
  for (let i = 0; i < NODES; i++) cells *= BigInt(((i + 2) * (i + 1)) / 2) * BigInt(OPERATIONS.length) ** 2n;
  return cells ** 2n;
}

export function dartsSpace(size: NetworkSize = PUBLISHED): Space {
  const build = ({ candidate, resolution }: { readonly candidate: string; readonly resolution: number }) =>
    genotypeGraph({ genotype: parseGenotype(candidate), resolution, size });
  return {
    kind: 'darts',
    size: countGenotypes(),
    proxies: AZ_NAS_PROXIES,
    parse: (text) => printGenotype(parseGenotype(text)),
    canonicalKey: (candidate) => genotypeKey(parseGenotype(candidate)),
    accuraciesOf: 'classes',
    // All members of a class have the same costs.
    representative: (candidate) => genotypeKey(parseGenotype(candidate)),
    random: (key) => printGenotype(randomGenotype(key)),
    mutate: ({ parent, key, mutations }) =>
      printGenotype(mutateGenotype({ genotype: parseGenotype(parent), key, mutations })),
    // Two cells halve the side of the map.
    resolutionStep: () => 4,
    costs: (at) => build(at).costs,
    graph: build,
    network: noBlocks('darts'),
    drawing: ({ candidate }) => drawnCells(parseGenotype(candidate)),
  };
}

export const dartsDefinition = defineSpace({
  kind: 'darts',
  schema: mapping({
    kind: z.literal('darts'),
    cells: wholeNumber({ min: 3, max: 40 })
      .optional()
      .describe(`the number of cells; by default ${PUBLISHED.cells}, as in NAS-Bench-301`),
    channels: wholeNumber({ min: 4, max: 256, multipleOf: 2 })
      .optional()
      .describe(`the initial channels; by default ${PUBLISHED.channels}`),
  }),
  defaults: () => ({ proxies: AZ_NAS_PROXIES, resolution: RESOLUTION, classes: false }),
  open: ({ cells = PUBLISHED.cells, channels = PUBLISHED.channels }) => dartsSpace({ cells, channels }),
  code: 'built-in',
  batched: false,
  shapes: 'own',
  isGraph: () => true,
  rankedAs: () => 'concatenating-cells',
  // A space of the published size has one address, whether or not the size is written.
  inAddress: ({ kind, cells = PUBLISHED.cells, channels = PUBLISHED.channels }) =>
    cells === PUBLISHED.cells && channels === PUBLISHED.channels ? { kind } : { kind, cells, channels },
});
