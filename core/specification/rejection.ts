// Finds the constraint that a candidate breaks, if any.

import type { Space } from '../spaces/space.js';
import { milliseconds } from '../text/time.js';
import { LIMITED } from './constraints.js';
import type { Specification } from './specification.js';

/**
 * The first constraint that a candidate breaks, such as `flops.max`, in the order of LIMITED; undefined where
 * it breaks none. A cost equal to its limit is allowed.
 */
export function rejection({
  space,
  constraints,
}: {
  readonly space: Space;
  readonly constraints: Specification['constraints'];
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

/** The limit that a measured latency breaks, such as `latency.max`. */
export function latencyRejection({
  constraints,
  milliseconds: measured,
}: {
  readonly constraints: NonNullable<Specification['constraints']>;
  readonly milliseconds: number;
}): string | undefined {
  const { min, max } = constraints.latency ?? {};
  if (max !== undefined && measured > milliseconds(max)) return 'latency.max';
  if (min !== undefined && measured < milliseconds(min)) return 'latency.min';
  return undefined;
}

/**
 * The reason for rejecting a candidate whose latency cannot be measured: it is unknown whether it satisfies
 * the limits.
 */
export const UNMEASURED = 'latency.unmeasured';

/**
 * After this many measured and rejected candidates in a row, the limits count as too narrow. The number is
 * small because a measurement takes time.
 */
export const MEASURED_PATIENCE = 200;

/** Whether the rejection comes from a measurement; the other costs are counted. */
export function isMeasured(rejected: string | undefined): boolean {
  return rejected?.startsWith('latency.') ?? false;
}
