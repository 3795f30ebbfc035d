// Defines the schema of `fidelity`, and the presets that may stand in its place.
import { z } from 'zod';
import type { FeatureChoice, FeaturesOfProxies, Measured } from '../ir/measured.js';
import { mapping, oneOf, wholeNumber } from '../schema/fields.js';
import { describeRange, type Resolutions } from './resolutions.js';

/**
 * Each preset fixes draws and batch, at the space's own resolution. `weights`: one draw shared by all
 * candidates, or a draw of its own for each (as published). `features`: measured at every block (as
 * published), or at the ends of stages in spaces that have stages, which is half the work and ranks
 * NAS-Bench-201 better (docs/understand/fidelity.md); or chosen for each proxy.
 */
export const PRESETS = {
  screen: { draws: 1, batch: 8, weights: 'shared', features: 'stages' },
  standard: { draws: 3, batch: 8, weights: 'shared', features: 'stages' },
  paper: { draws: 1, batch: 64, weights: 'candidate', features: 'blocks' },
} as const;

/** Words that apply to all proxies. */
export const FEATURE_WORDS = ['blocks', 'stages'] as const;

const FeaturesOfProxiesSchema = mapping(
  {
    expressivity: oneOf(FEATURE_WORDS)
      .default('blocks')
      .describe('the features that expressivity and mean-expressivity read'),
    progressivity: oneOf(FEATURE_WORDS)
      .default('blocks')
      .describe('the features that progressivity and sampled-progressivity read'),
    trainability: oneOf([...FEATURE_WORDS, 'stage-edges'])
      .default('blocks')
      .describe(
        'the blocks that trainability and residual read; stage-edges: the first and the last of each stage',
      ),
  },
  {
    right: `one of ${FEATURE_WORDS.join(', ')}, or a mapping with expressivity, progressivity, trainability`,
    words: FEATURE_WORDS,
  },
);

/**
 * A word, or a mapping that chooses for each proxy. A mapping that is equivalent to a word becomes that word,
 * so that both share their scores.
 */
export const Features = z
  .preprocess((value) => (isWord(value) ? readEverywhere(value) : value), FeaturesOfProxiesSchema)
  .transform(
    (features): Measured => FEATURE_WORDS.find((word) => isSame(features, readEverywhere(word))) ?? features,
  );

function isWord(value: unknown): value is FeatureChoice {
  return FEATURE_WORDS.some((word) => word === value);
}

function readEverywhere(word: FeatureChoice): FeaturesOfProxies {
  return { expressivity: word, progressivity: word, trainability: word };
}

/** Whether both choose the same for each proxy, as a word or as a mapping. */
export function isSameChoice(a: Measured, b: Measured): boolean {
  const read = (choice: Measured) => (typeof choice === 'string' ? readEverywhere(choice) : choice);
  return isSame(read(a), read(b));
}

function isSame(a: FeaturesOfProxies, b: FeaturesOfProxies): boolean {
  return (
    a.expressivity === b.expressivity &&
    a.progressivity === b.progressivity &&
    a.trainability === b.trainability
  );
}

export const fidelitySchema = ({ scored }: Resolutions) =>
  z.preprocess(
    (value) =>
      typeof value === 'string' && Object.hasOwn(PRESETS, value)
        ? PRESETS[value as keyof typeof PRESETS]
        : value,
    mapping(
      {
        draws: wholeNumber({ min: 1, max: 64 })
          .default(PRESETS.standard.draws)
          .describe('draws of weights, images and probes, over which the ranks of each proxy are averaged'),
        batch: wholeNumber({ min: 1, max: 1024 })
          .default(PRESETS.standard.batch)
          .describe('images of a draw'),
        resolution: wholeNumber(scored)
          .optional()
          .describe(`the side of the images; by default that of the space; ${describeRange('scored')}`),
        weights: oneOf(['shared', 'candidate'])
          .default('shared')
          .describe('shared: one draw for all candidates; candidate: a draw for each, as published'),
        features: Features.default('blocks').describe(
          'blocks: every block is measured; stages: the ends of stages; a mapping chooses for expressivity, progressivity and trainability, which also takes stage-edges. By default those of a preset of aggregation; beside another aggregation blocks in a mapping, stages in screen and standard',
        ),
        precision: oneOf(['float32', 'float64'])
          .optional()
          .describe(
            'of the numbers of proxies of whole networks, by default float32; float64, for differences of nearly equal numbers, takes longer',
          ),
      },
      {
        right: `one of ${Object.keys(PRESETS).join(', ')}, or a mapping with draws, batch, resolution`,
        words: Object.keys(PRESETS),
      },
    ),
  );
