// Defines `strategy: { kind: evolution }`, with the defaults of the published search of MobileNetV2.
import { z } from 'zod';
import { mapping, wholeNumber } from '../schema/fields.js';

/**
 * The strategy breeds `budget` candidates, `generation` at a time. A child has `mutations` replacements in a
 * parent that is one of the `population` best. AZ-NAS; docs/guides/evolution.md.
 */
export const Evolution = mapping({
  kind: z.literal('evolution'),
  population: wholeNumber({ min: 2, max: 1_000_000 })
    .default(1024)
    .describe('a parent is one of the population - 1 best of all candidates scored so far'),
  budget: wholeNumber({ min: 1, max: 10_000_000 })
    .default(100_000)
    .describe('how many children are bred in all'),
  generation: wholeNumber({ min: 1, max: 100_000 })
    .default(64)
    .describe('how many children are bred from the same ranking and scored together'),
  mutations: wholeNumber({ min: 1, max: 1000 }).default(2).describe('how many replacements make a child'),
});

export type Evolution = z.output<typeof Evolution>;
