// Finds the constraint that a candidate breaks, if any.

import type { Space } from '../spaces/space.js';
import { milliseconds } from '../text/time.js';
import { LIMITED } from './constraints.js';
import type { Specification } from './specification.js';

/** `flops.max`: the constraint that a candidate breaks, the first in the order of LIMITED; undefined where none. Limits are allowed. */
export function rejection({
  space,
  constraints,
}: {
  space: Space;
  constraints: Specification['constraints'];
}): (candidate: string) => string | undefined {
  if (!constraints) return () => undefined;
  const { resolution } = constraints;
  return (candidate) => {
    const costs = space.costs({ candidate, resolution });
    for (const cost of LIMITED) {
      const limits = constraints[cost];
      const value = costs[cost];
      if (limits === undefined || value === undefined) continue;
      if (limits.max !== undefined && value > limits.max) return `${cost}.max`;
      if (limits.min !== undefined && value < limits.min) return `${cost}.min`;
    }
    return undefined;
  };
}

/** `latency.max`: the limit that a measured time breaks. */
export function latencyRejection({
  constraints,
  milliseconds: measured,
}: {
  constraints: NonNullable<Specification['constraints']>;
  milliseconds: number;
}): string | undefined {
  const { min, max } = constraints.latency ?? {};
  if (max !== undefined && measured > milliseconds(max)) return 'latency.max';
  if (min !== undefined && measured < milliseconds(min)) return 'latency.min';
  return undefined;
}

/** Measured candidates in a row that were all rejected after which the limits count as too narrow: a measurement takes its time. */
export const MEASURED_PATIENCE = 200;

/** A measurement stands behind it, where the other costs are counted. */
export function isMeasured(rejected: string | undefined): boolean {
  return rejected?.startsWith('latency.') ?? false;
}
