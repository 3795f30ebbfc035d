// Finds limits in `constraints` that no candidate can meet, and those that every candidate meets.

import type { Issue } from '../errors.js';
import { definitionOf } from '../spaces/index.js';
import type { CostRanges, Space } from '../spaces/space.js';
import { LIMITED, type LimitedCost } from './constraints.js';
import type { Specification } from './specification.js';

/** A space without known ranges is enumerated if it has at most this many candidates. */
const WALKED = 20_000;

/** The units in which people write costs. */
const UNITS: Readonly<Record<LimitedCost, string>> = {
  layers: 'layers',
  flops: 'FLOPs',
  parameters: 'parameters',
};

/** `impossible` limits are errors, `vacuous` ones cause a warning. */
export interface LimitFindings {
  readonly impossible: readonly Issue[];
  readonly vacuous: readonly Issue[];
}

/** Compares limits with the costs of a space. It finds nothing where the exact range of costs is unknown. */
export function checkLimits({
  specification: { constraints, space: written },
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): LimitFindings {
  const none: LimitFindings = { impossible: [], vacuous: [] };
  const limited = constraints ? LIMITED.filter((cost) => constraints[cost]) : [];
  if (!constraints || limited.length === 0) return none;
  // A user's module may take long for each candidate, so only built-in spaces are enumerated.
  const isBuiltIn = definitionOf(written).code === 'built-in';
  const ranges = isBuiltIn ? exactRanges({ space, ...constraints }) : undefined;
  if (!ranges) return none;
  const impossible: Issue[] = [];
  const vacuous: Issue[] = [];
  for (const cost of limited) {
    const range = ranges[cost];
    if (!range) continue;
    const { min, max } = constraints[cost]!;
    const bounds = `${space.kind} has ${inUnits(range.min)} to ${inUnits(range.max)}`;
    const issueOf = (limit: 'min' | 'max', value: number, message: string): Issue => ({
      path: `constraints.${cost}.${limit}`,
      message: `found ${inUnits(value)}; ${message}`,
    });
    if (max !== undefined && max < range.min)
      impossible.push(issueOf('max', max, `no candidate has so few ${UNITS[cost]}: ${bounds}`));
    else if (max !== undefined && max >= range.max)
      vacuous.push(issueOf('max', max, `no candidate has more: ${bounds}; remove it`));
    if (min !== undefined && min > range.max)
      impossible.push(issueOf('min', min, `no candidate has so many ${UNITS[cost]}: ${bounds}`));
    else if (min !== undefined && min <= range.min)
      vacuous.push(issueOf('min', min, `no candidate has fewer: ${bounds}; remove it`));
  }
  return { impossible, vacuous };
}

type Ranges = Partial<Pick<CostRanges, LimitedCost>>;

/** The least and the highest costs of candidates; undefined where they are not known exactly. */
export function exactRanges({
  space,
  resolution,
}: {
  readonly space: Space;
  readonly resolution: number;
}): Ranges | undefined {
  if (space.costRanges) return space.costRanges({ resolution });
  if (!space.enumeration || space.enumeration.size > WALKED) return undefined;
  const { size, at } = space.enumeration;
  const ranges: { [cost in LimitedCost]?: { min: number; max: number } } = {};
  for (let index = 0; index < size; index++) {
    const costs = space.costs({ candidate: at(index), resolution });
    for (const cost of LIMITED) {
      const value = costs[cost];
      if (value === undefined) continue;
      const { min, max } = ranges[cost] ?? { min: value, max: value };
      ranges[cost] = { min: Math.min(min, value), max: Math.max(max, value) };
    }
  }
  return ranges;
}

/**
 * Writes a cost as a specification may spell it, rounded to hundredths of its unit: `219.49M`. A number below
 * a thousand is written unchanged.
 */
function inUnits(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (value >= size) return `${Math.round((100 * value) / size) / 100}${unit}`;
  return String(value);
}
