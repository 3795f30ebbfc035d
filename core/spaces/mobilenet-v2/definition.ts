// Defines the MobileNetV2 space of AZ-NAS: chains of inverted residual blocks for ImageNet, of any depth and
// width.
import { z } from 'zod';
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import { mapping } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import type { Space } from '../space.js';
import { structureCosts } from './costs.js';
import { drawStructure } from './drawing.js';
import { mutateStructure } from './mutate.js';
import { structureNetwork } from './network.js';
import { parseStructure, printStructure } from './structure.js';

/** The structure from which all published searches on this space begin. */
const START =
  'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE6K3(8,32,2,8,1)SuperResIDWE6K3(32,48,2,32,1)SuperResIDWE6K3(48,96,2,48,1)SuperResIDWE6K3(96,128,2,96,1)SuperConvK1BNRELU(128,2048,1,1)';

/**
 * The publication defines mutations only. A random candidate is a random walk from the start, of 1 to
 * LONGEST_WALK mutations with two replacements each. Half of these candidates have less than 210 MFLOPs at
 * 224 pixels, and nine in ten less than 540. Longer walks drift to far larger networks.
 */
const LONGEST_WALK = 4;
const REPLACEMENTS = 2;

function randomStructure(key: RandomKey) {
  const steps = 1 + randomStream(key).below(LONGEST_WALK);
  let structure = parseStructure(START);
  for (let step = 0; step < steps; step++)
    structure = mutateStructure({
      structure,
      key: { ...key, name: `${key.name}.${step}` },
      mutations: REPLACEMENTS,
    });
  return structure;
}

export const mobileNetV2 = {
  kind: 'mobilenet-v2',
  size: 'unbounded',
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printStructure(parseStructure(text.trim())),
  canonicalKey: (candidate) => candidate,
  start: START,
  random: (key) => printStructure(randomStructure(key)),
  mutate: ({ parent, key, mutations }) =>
    printStructure(mutateStructure({ structure: parseStructure(parent), key, mutations })),
  // Mutations never change a stride.
  resolutionStep: (candidate = START) =>
    parseStructure(candidate).reduce((product, { stride }) => product * stride, 1),
  costs: ({ candidate, resolution }) => structureCosts({ structure: parseStructure(candidate), resolution }),
  network: ({ candidate }) => structureNetwork(parseStructure(candidate)),
  drawing: ({ candidate, resolution }) => drawStructure({ structure: parseStructure(candidate), resolution }),
} as const satisfies Space;

export const mobileNetV2Definition = defineSpace({
  kind: 'mobilenet-v2',
  schema: mapping({ kind: z.literal('mobilenet-v2') }),
  defaults: () => ({ proxies: AZ_NAS_PROXIES, resolution: 224, classes: false }),
  open: () => mobileNetV2,
  code: 'built-in',
  batched: false,
  shapes: 'own',
});
