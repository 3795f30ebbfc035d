// Defines spaces that people describe in a YAML file: chains of stages with choices
// (docs/guides/own-space.md).

import { z } from 'zod';
import { mapping } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { defineSpace, PROXIES_OF_TOKENS } from '../definition.js';
import { noBlocks } from '../no-blocks.js';
import type { Space } from '../space.js';
import {
  candidateAt,
  countCandidates,
  mutateCandidate,
  parseCandidate,
  printCandidate,
  randomCandidate,
} from './candidate.js';
import { createCounter } from './costs.js';
import { candidateGraph } from './graph.js';
import { usesGraph } from './graph-choices.js';
import { candidateNetwork } from './network.js';
import type { Option } from './options.js';
import { Definition, hasTokens, largestStride } from './schema.js';
import { splitCandidate } from './stem.js';

/** The largest space that can be enumerated. */
const ENUMERATED = 1_000_000n;

export function customSpace({ definition }: { readonly definition: Definition }): Space {
  const size = countCandidates(definition);
  const parse = (text: string) => parseCandidate(definition, text.trim());
  const counter = createCounter(definition);
  return {
    kind: 'custom',
    size,
    ...(size <= ENUMERATED
      ? {
          enumeration: {
            size: Number(size),
            at: (index) => printCandidate(definition, candidateAt(definition, index)),
          },
          representative: (candidate: string) => candidate,
        }
      : {}),
    proxies: proxiesOf(definition),
    parse: (text) => printCandidate(definition, parse(text)),
    // Different texts are different networks, because a text contains only those choices that its kinds use.
    canonicalKey: (candidate) => candidate,
    random: (key) => printCandidate(definition, randomCandidate(definition, key)),
    mutate: ({ parent, ...rest }) =>
      printCandidate(definition, mutateCandidate({ definition, parent: parse(parent), ...rest })),
    resolutionStep: (candidate) =>
      candidate === undefined
        ? largestStride(definition)
        : shrinking(splitCandidate(definition, parse(candidate))),
    costs: ({ candidate, resolution }) => counter.costs({ candidate: parse(candidate), resolution }),
    costRanges: counter.ranges,
    ...(usesGraph(definition)
      ? {
          graph: ({ candidate, resolution }) =>
            candidateGraph({ definition, candidate: parse(candidate), resolution }),
          network: noBlocks('custom'),
        }
      : {
          network: ({ candidate, resolution }) =>
            candidateNetwork({ definition, candidate: parse(candidate), resolution }),
        }),
  };
}

/** The factor by which the side of the images shrinks. */
function shrinking({ stem, stages }: { readonly stem: Option; readonly stages: readonly Option[] }): number {
  return [stem, ...stages].reduce((product, { stride, patch, pool }) => product * stride * patch * pool, 1);
}

/** In chains that end in tokens, features are those of a residual stream. */
function proxiesOf(definition: Definition) {
  return hasTokens(definition) ? PROXIES_OF_TOKENS : AZ_NAS_PROXIES;
}

/** From these numbers of classes and of pixels a side on, the default ranking treats networks as those for ImageNet. */
const MANY_CLASSES = 100;
const LARGE_IMAGES = 64;

/**
 * Spaces with a choice of widths are left out, because a search that counts parameters twice would widen the last
 * stage at the cost of all others.
 */
function isForLargeImages({ input, classes, stem, stages }: Definition): boolean {
  const widths = [stem?.width, ...stages.map(({ width }) => width)];
  const isFixed = widths.every((width) => !Array.isArray(width) || width.length === 1);
  const areBlocks = !stages.some(({ block }) => block.includes('cell') || block.includes('transformer'));
  return isFixed && areBlocks && classes >= MANY_CLASSES && input.resolution >= LARGE_IMAGES;
}

/** Whether the last stage of a chain may be an identity, which was read as two ends of stages before. */
function mayEndWithoutBlock(definition: Definition): boolean {
  return !usesGraph(definition) && Boolean(definition.stages.at(-1)?.block.includes('identity'));
}

export const customDefinition = defineSpace({
  kind: 'custom',
  // People write `file`. Reading the specification replaces it by the contents of the file, because workers
  // cannot read people's files.
  schema: mapping({ kind: z.literal('custom'), definition: Definition }),
  defaults: ({ definition }) => ({
    proxies: proxiesOf(definition),
    resolution: definition.input.resolution,
    classes: false,
  }),
  open: customSpace,
  file: {
    field: 'definition',
    written: 'file',
    right: 'a YAML file',
    description: 'the YAML or JSON file that defines the space',
  },
  code: 'built-in',
  batched: false,
  shapes: 'own',
  rankedAs: ({ definition }) => (isForLargeImages(definition) ? 'large-images' : undefined),
  inAddress: (space) => (mayEndWithoutBlock(space.definition) ? { ...space, ends: 2 } : space),
  isGraph: ({ definition }) => usesGraph(definition),
});
