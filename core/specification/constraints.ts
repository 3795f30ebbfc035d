// Defines `constraints`: what a candidate may cost, checked before anything is scored.

import { mapping, wholeNumber } from '../schema/fields.js';
import { quantity } from '../text/quantity.js';
import { milliseconds, time } from '../text/time.js';
import { describeRange, type Resolutions } from './resolutions.js';

/**
 * The costs that can be counted and limited, in the order in which they are checked: those that are easiest
 * to explain come first.
 */
export const LIMITED = ['layers', 'flops', 'parameters'] as const;
export type LimitedCost = (typeof LIMITED)[number];

const Limits = mapping({ min: quantity().optional(), max: quantity().optional() }).superRefine(
  ({ min, max }, context) => check({ min, max, of: (limit) => limit, context }),
);

const Times = mapping({ min: time().optional(), max: time().optional() }).superRefine(
  ({ min, max }, context) => check({ min, max, of: milliseconds, context }),
);

interface CheckArguments<Limit extends number | string> {
  readonly min: Limit | undefined;
  readonly max: Limit | undefined;
  readonly of: (limit: Limit) => number;
  readonly context: {
    /** The faults that were found before, such as an unknown key. */
    readonly issues: readonly unknown[];
    addIssue(issue: { code: 'custom'; path?: string[]; message: string }): void;
  };
}

function check<Limit extends number | string>({ min, max, of, context }: CheckArguments<Limit>): void {
  if (min === undefined && max === undefined && context.issues.length === 0)
    context.addIssue({ code: 'custom', message: 'found an empty mapping; must hold min, max or both' });
  if (min !== undefined && max !== undefined && of(min) > of(max)) {
    const message = `found ${min}, above max, which is ${max}`;
    context.addIssue({ code: 'custom', path: ['min'], message });
  }
}

/**
 * `resolution` is the side in pixels of the images for which FLOPs are counted and latency is measured; by
 * default the space's published one. Latency is checked last because it is measured, whereas the other costs
 * are counted.
 */
export const constraintsSchema = ({ counted }: Resolutions) =>
  mapping({
    layers: Limits.optional().describe('the number of layers, as the space counts them'),
    flops: Limits.optional().describe('multiply-accumulates of one image'),
    parameters: Limits.optional().describe('the number of parameters'),
    latency: Times.optional().describe(
      'measured on one thread of the CPU of a control worker, one image at a time',
    ),
    resolution: wholeNumber(counted)
      .optional()
      .describe(
        `the side of the images for which FLOPs are counted and latency is measured; by default the published one; ${describeRange('counted')}`,
      ),
  });
