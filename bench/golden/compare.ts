// In: a golden case and what the engine made of it. Out: relative deviations, and whether they are within the tolerances.
import type { GoldenCase } from './cases.js';

/** goldens/README.md, relative to max(1, |value|). */
export const TOLERANCES = { feature: 1e-4, block: 2e-4, everyBlock: 5e-3, shareOfBlocks: 0.9 } as const;
/** What the engine computed of a case. */
export interface Computed {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  readonly expressivity: number;
  readonly progressivity: number;
  readonly trainability: number;
  readonly flops: number;
  readonly parameters: number;
}

export interface Comparison {
  readonly features: readonly number[];
  readonly blocks: readonly number[];
  /** Whole numbers and sums that do not agree, in words; empty where all do. */
  readonly differences: readonly string[];
}

/** Relative deviation of each feature and block; sums and costs that differ. */
export function compareCase(golden: GoldenCase, computed: Computed): Comparison {
  const features = golden.expressivityPerFeature.map((value, i) => deviation(value, computed.features[i]!));
  const found = computed.blocks.map((value) => value ?? Number.NaN);
  const blocks = golden.trainabilityPerBlock.map((value, i) => deviation(value, found[i]!));
  const absolute = (expected: readonly number[], found: readonly number[]) =>
    expected.map((value, i) => (value === found[i] ? 0 : Math.abs(found[i]! - value)));
  const featureShifts = absolute(golden.expressivityPerFeature, computed.features);
  const blockShifts = absolute(golden.trainabilityPerBlock, found);
  const steps = featureShifts.slice(1).map((shift, i) => shift + featureShifts[i]!);
  const differences: string[] = [];
  const check = (name: string, expected: number, found: number, allowed: number) => {
    if (!(expected === found || Math.abs(found - expected) <= allowed))
      differences.push(`${name} ${found}, expected ${expected}`);
  };
  // A sum follows from its parts: beyond what they are off together it has but the tolerance of one of them.
  const sum = (name: 'expressivity' | 'progressivity' | 'trainability', shift: number, tolerance: number) =>
    check(name, golden[name], computed[name], shift + tolerance * scale(golden[name]));
  const cost = (name: string, expected: number, found: number) =>
    check(name, expected, found, 4 * Number.EPSILON * Math.abs(expected));
  cost('MFLOPs', golden.megaflops, computed.flops / 1e6);
  cost('Mparams', golden.megaparams, computed.parameters / 1e6);
  sum('expressivity', total(featureShifts), TOLERANCES.feature);
  sum('progressivity', Math.max(...steps), TOLERANCES.feature);
  sum('trainability', total(blockShifts) / blockShifts.length, TOLERANCES.block);
  return { features, blocks, differences };
}

export interface Verdict {
  readonly passed: boolean;
  /** One line for each tolerance. */
  readonly lines: readonly string[];
}

/** Judges a whole file. */
export function judge(comparisons: readonly Comparison[]): Verdict {
  const features = comparisons.flatMap((c) => c.features);
  const blocks = comparisons.flatMap((c) => c.blocks);
  const feature = Math.max(0, ...features);
  const block = Math.max(0, ...blocks);
  const close = blocks.filter((value) => value <= TOLERANCES.block).length;
  const differing = comparisons.filter((c) => c.differences.length).length;
  const checks: [string, boolean][] = [
    [
      `features: largest deviation ${brief(feature)} of ${features.length}, at most ${TOLERANCES.feature}`,
      feature <= TOLERANCES.feature,
    ],
    [
      `blocks: ${close} of ${blocks.length} within ${TOLERANCES.block}, at least ${TOLERANCES.shareOfBlocks * 100} %`,
      close >= TOLERANCES.shareOfBlocks * blocks.length,
    ],
    [
      `blocks: largest deviation ${brief(block)} of ${blocks.length}, at most ${TOLERANCES.everyBlock}`,
      block <= TOLERANCES.everyBlock,
    ],
    [
      `costs exact, sums follow: ${comparisons.length - differing} of ${comparisons.length} cases`,
      differing === 0,
    ],
  ];
  return {
    passed: checks.every(([, ok]) => ok),
    lines: checks.map(([text, ok]) => `${ok ? 'ok  ' : 'FAIL'} ${text}`),
  };
}

/** Deviation relative to max(1, |expected|); 0 where both are minus infinity, infinite where one is. */
export function deviation(expected: number, found: number): number {
  if (expected === found) return 0;
  const value = Math.abs(found - expected) / scale(expected);
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
