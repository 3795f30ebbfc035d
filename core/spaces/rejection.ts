// In: a specification's constraints and its space. Out: for a candidate the constraint that it breaks, if any.
import { LIMITED } from '../spec/constraints.js';
import type { Specification } from '../spec/specification.js';
import type { Space } from './space.js';

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
