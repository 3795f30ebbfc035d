// Compares the engine's results with a golden case, and decides whether a whole file passes.
import type { GoldenCase, Tolerances } from './kind.js';

/** The engine's results for a case; costs are in the order of the case. */
export interface Computed {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  readonly expressivity: number;
  readonly progressivity: number;
  readonly trainability: number;
  readonly costs: readonly number[];
}

export interface Comparison {
  readonly features: readonly number[];
  readonly blocks: readonly number[];
  readonly tolerances: Tolerances;
  /** Descriptions of costs and sums that differ; empty if all agree. */
  readonly differences: readonly string[];
}

interface Check {
  readonly expected: number;
  readonly found: number;
  readonly allowed: number;
}

/** The relative deviation of each feature and block, and the sums and costs that differ. */
export function compareCase(golden: GoldenCase, computed: Computed): Comparison {
  const { tolerances } = golden;
  const of = (distance: typeof deviation) => ({
    features: golden.expressivityPerFeature.map((value, i) => distance(value, computed.features[i]!)),
    blocks: golden.trainabilityPerBlock.map((value, i) => distance(value, computed.blocks[i]!)),
  });
  const shifts = of(shift);
  const differences: string[] = [];
  const check = (name: string, { expected, found, allowed }: Check) => {
    if (!(expected === found || Math.abs(found - expected) <= allowed))
      differences.push(`${name} ${found}, expected ${expected}`);
  };
  golden.costs.forEach(({ name, expected }, i) => {
    const allowed = 4 * Number.EPSILON * Math.abs(expected);
    check(name, { expected, found: computed.costs[i]!, allowed });
  });
  // A sum may deviate by the deviations of its parts together, plus the tolerance of one part.
  const sum = (name: 'expressivity' | 'progressivity' | 'trainability', shift: number, tolerance: number) => {
    const expected = golden[name];
    if (expected === undefined) return;
    check(name, { expected, found: computed[name], allowed: shift + tolerance * scale(expected) });
  };
  const steps = shifts.features.slice(1).map((shift, i) => shift + shifts.features[i]!);
  const counted = golden.trainabilityPerBlock.filter((value) => value !== null).length;
  sum('expressivity', total(shifts.features), tolerances.feature);
  sum('progressivity', Math.max(...steps), tolerances.feature);
  sum('trainability', total(shifts.blocks) / counted, CLOSE);
  return { ...of(deviation), tolerances, differences };
}

/** The tolerance of a mean over blocks, in addition to the deviations of the blocks themselves. */
const CLOSE = 2e-4;

export interface Verdict {
  readonly passed: boolean;
  /** One line for each tolerance. */
  readonly lines: readonly string[];
}

/** Decides whether a whole file passes. `close` is a tolerance that a given share of all blocks must meet. */
export function judge(
  comparisons: readonly Comparison[],
  close?: { readonly block: number; readonly share: number },
): Verdict {
  const differing = comparisons.filter(({ differences }) => differences.length).length;
  const checks: (readonly [string, boolean])[] = [worst(comparisons, 'features', 'feature')];
  if (close) {
    const blocks = comparisons.flatMap((c) => c.blocks);
    const within = blocks.filter((value) => value <= close.block).length;
    checks.push([
      `blocks: ${within} of ${blocks.length} within ${close.block}, at least ${close.share * 100} %`,
      within >= close.share * blocks.length,
    ]);
  }
  checks.push(worst(comparisons, 'blocks', 'block'), [
    `costs exact, sums follow: ${comparisons.length - differing} of ${comparisons.length} cases`,
    differing === 0,
  ]);
  return {
    passed: checks.every(([, ok]) => ok),
    lines: checks.map(([text, ok]) => `${ok ? 'ok  ' : 'FAIL'} ${text}`),
  };
}

/** The largest deviation, each relative to the tolerance of its own case. */
function worst(
  comparisons: readonly Comparison[],
  what: 'features' | 'blocks',
  one: keyof Tolerances,
): readonly [string, boolean] {
  const all = comparisons.flatMap((comparison) => comparison[what]);
  const limits = comparisons.map(({ tolerances }) => tolerances[one]);
  const [least, most] = [Math.min(...limits), Math.max(...limits)];
  const limit = least === most ? `${least}` : `${least} to ${brief(most)} by case`;
  return [
    `${what}: largest deviation ${brief(Math.max(0, ...all))} of ${all.length}, at most ${limit}`,
    comparisons.every((comparison, i) => comparison[what].every((value) => value <= limits[i]!)),
  ];
}

/**
 * The deviation relative to max(1, |expected|); 0 if both are minus infinity or skipped, infinite if only one
 * is.
 */
export function deviation(expected: number | null, found: number | null): number {
  return shift(expected, found) / scale(expected ?? 0);
}

function shift(expected: number | null, found: number | null): number {
  if (expected === found) return 0;
  if (expected === null || found === null) return Number.POSITIVE_INFINITY;
  const value = Math.abs(found - expected);
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

export function brief(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

function scale(value: number): number {
  return Number.isFinite(value) ? Math.max(1, Math.abs(value)) : 1;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
