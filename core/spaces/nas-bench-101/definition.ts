// Defines the NAS-Bench-101 space (Ying et al. 2019): cells of up to 7 vertices and 9 edges in a fixed
// skeleton, 423,624 up to isomorphism.
import { z } from 'zod';
import { mapping } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace } from '../definition.js';
import { noBlocks } from '../no-blocks.js';
import type { Space } from '../space.js';
import { canonicalCell, enumerateClasses } from './canonical.js';
import { parseCell, printCell } from './cell.js';
import { drawCell } from './drawing.js';
import { mutateCell, randomCell } from './mutate.js';
import { cellGraph } from './network.js';

/** The side of the images on which the benchmark trained. */
const RESOLUTION = 32;
/** The number of classes of isomorphic cells. */
const CLASSES = 423_624;

/** The enumeration, which is computed on first use in about a second. */
let classes: readonly string[] | undefined;

const canonicalText = (text: string) => printCell(canonicalCell(parseCell(text)));

export const nasBench101 = {
  kind: 'nas-bench-101',
  size: BigInt(CLASSES),
  enumeration: {
    size: CLASSES,
    at: (index) => {
      classes ??= enumerateClasses();
      return classes[index]!;
    },
  },
  proxies: AZ_NAS_PROXIES,
  parse: (text) => printCell(parseCell(text)),
  canonicalKey: canonicalText,
  representative: canonicalText,
  accuraciesOf: 'classes',
  random: (key) => printCell(randomCell(key)),
  mutate: ({ parent, key, mutations }) => printCell(mutateCell({ cell: parseCell(parent), key, mutations })),
  // Pooling halves the side of the map twice.
  resolutionStep: () => 4,
  costs: ({ candidate, resolution }) => cellGraph({ cell: parseCell(candidate), resolution }).costs,
  // Counting the costs of all 423,624 cells takes minutes.
  costRanges: () => undefined,
  graph: ({ candidate, resolution }) => cellGraph({ cell: parseCell(candidate), resolution }),
  network: noBlocks('nas-bench-101'),
  drawing: ({ candidate }) => drawCell(parseCell(candidate)),
} as const satisfies Space;

export const nasBench101Definition = defineSpace({
  kind: 'nas-bench-101',
  schema: mapping({ kind: z.literal('nas-bench-101') }),
  defaults: () => ({ proxies: AZ_NAS_PROXIES, resolution: RESOLUTION, classes: true }),
  open: () => nasBench101,
  code: 'built-in',
  batched: false,
  shapes: 'own',
  isGraph: () => true,
  rankedAs: () => 'concatenating-cells',
});
