// The DARTS space (Liu et al. 2019): a normal and a reduction cell of four nodes, which each sum two operations.
import { z } from 'zod';
import { mapping } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import { noBlocks } from '../no-blocks.js';
import type { Space } from '../space.js';
import { genotypeKey, NODES, OPERATIONS, parseGenotype, printGenotype } from './genotype.js';
import { mutateGenotype, randomGenotype } from './mutate.js';
import { genotypeGraph } from './network.js';

const RESOLUTION = 32;

/** Node i of a cell, from 0, has (i + 2)(i + 1) / 2 pairs of earlier nodes to read, each through one of the operations. */
function countGenotypes(): bigint {
  let cells = 1n;
  for (let i = 0; i < NODES; i++) cells *= BigInt(((i + 2) * (i + 1)) / 2) * BigInt(OPERATIONS.length) ** 2n;
  return cells ** 2n;
}

export const darts = {
  kind: 'darts',
  size: countGenotypes(),
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printGenotype(parseGenotype(text)),
  canonicalKey: (candidate) => genotypeKey(parseGenotype(candidate)),
  random: (key) => printGenotype(randomGenotype(key)),
  mutate: ({ parent, key, mutations }) =>
    printGenotype(mutateGenotype({ genotype: parseGenotype(parent), key, mutations })),
  // Two cells halve the side of the map.
  resolutionStep: () => 4,
  costs: ({ candidate, resolution }) =>
    genotypeGraph({ genotype: parseGenotype(candidate), resolution }).costs,
  graph: ({ candidate, resolution }) => genotypeGraph({ genotype: parseGenotype(candidate), resolution }),
  network: noBlocks('darts'),
} as const satisfies Space;

export const dartsDefinition = defineSpace({
  kind: 'darts',
  schema: mapping({ kind: z.literal('darts') }),
  defaults: () => ({ proxies: AZ_NAS_PROXIES, resolution: RESOLUTION, classes: false }),
  open: () => darts,
  code: 'built-in',
  batched: false,
  shapes: 'own',
});
