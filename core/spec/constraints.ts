// Out: the schema of `constraints`: what a candidate may cost. Checked before anything is scored.
import { mapping, wholeNumber } from './fields.js';
import { quantity } from './quantity.js';

/** The costs that can be limited, in the order in which they are checked: the cheapest to explain first. */
export const LIMITED = ['layers', 'flops', 'parameters'] as const;
export type LimitedCost = (typeof LIMITED)[number];

const Limits = mapping({ min: quantity().optional(), max: quantity().optional() }).superRefine(
  ({ min, max }, context) => {
    if (min === undefined && max === undefined)
      context.addIssue({ code: 'custom', message: 'found an empty mapping; must hold min, max or both' });
    if (min !== undefined && max !== undefined && min > max) {
      const message = `found ${min}, above max, which is ${max}`;
      context.addIssue({ code: 'custom', path: ['min'], message });
    }
  },
);

/** `resolution`: side of the images, in pixels, for which FLOPs are counted; the space's published one if not given. */
export const Constraints = mapping({
  layers: Limits.optional(),
  flops: Limits.optional(),
  parameters: Limits.optional(),
  resolution: wholeNumber({ min: 8, max: 1024 }).optional(),
});
