// The schema of `fidelity`, and the presets that may stand in its place.
import { z } from 'zod';
import { mapping, oneOf, wholeNumber } from '../schema/fields.js';

/**
 * draws x batch, at the space's own resolution. `weights`: one draw shared by all candidates, or drawn anew for each (as
 * published). `features`: measured at every block (as published), or at the ends of stages, where the space has stages:
 * half the work, and a better ranking (docs/understand/fidelity.md).
 */
export const PRESETS = {
  screen: { draws: 1, batch: 8, weights: 'shared', features: 'stages' },
  standard: { draws: 3, batch: 8, weights: 'shared', features: 'stages' },
  paper: { draws: 1, batch: 64, weights: 'candidate', features: 'blocks' },
} as const;

export const FidelitySchema = z.preprocess(
  (value) =>
    typeof value === 'string' && Object.hasOwn(PRESETS, value)
      ? PRESETS[value as keyof typeof PRESETS]
      : value,
  mapping(
    {
      draws: wholeNumber({ min: 1, max: 64 }).default(PRESETS.standard.draws),
      batch: wholeNumber({ min: 1, max: 1024 }).default(PRESETS.standard.batch),
      resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }).optional(),
      weights: oneOf(['shared', 'candidate']).default('shared'),
      features: oneOf(['blocks', 'stages']).default('blocks'),
    },
    {
      right: `one of ${Object.keys(PRESETS).join(', ')}, or a mapping with draws, batch, resolution`,
      words: Object.keys(PRESETS),
    },
  ),
);
