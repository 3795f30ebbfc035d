// Out: a space of a billion candidates that no engine scores: for measuring everything around the scoring.
import { sample } from '../../core/random/shuffled.js';
import { registerSpace } from '../../core/spaces/index.js';
import type { Space } from '../../core/spaces/space.js';
import { PROXIES } from '../../core/specification/proxies.js';

export const SYNTHETIC = 'synthetic';
const DIGITS = 13;
const BASE = 5;

/** As many choices as a NAS-Bench-201 cell of 13 edges would have. */
const SIZE = BASE ** DIGITS;

const space: Space = {
  kind: SYNTHETIC,
  size: BigInt(SIZE),
  enumeration: { size: SIZE, at: syntheticCandidate, representative: (candidate) => candidate },
  proxies: PROXIES,
  parse: (text) => text,
  canonicalKey: (candidate) => candidate,
  random: (key) => syntheticCandidate(sample({ key, count: 1, size: SIZE })[0]!),
  mutate: ({ parent }) => parent,
  resolutionStep: () => 1,
  costs: ({ candidate }) => ({ flops: 1e6 * digitSum(candidate), parameters: 1e3 * digitSum(candidate) }),
  network: () => {
    throw new Error(`space "${SYNTHETIC}" has no networks; it is for the synthetic scorer alone`);
  },
};

export function syntheticCandidate(index: number): string {
  return `net:${index.toString(BASE).padStart(DIGITS, '0').split('').join('-')}`;
}

/** Called by every process of the benchmark that sees candidates; nobody else knows this space. */
export function registerSynthetic(): void {
  registerSpace(space);
}

function digitSum(candidate: string): number {
  let sum = 0;
  for (let i = 4; i < candidate.length; i += 2) sum += candidate.charCodeAt(i) - 48;
  return sum;
}
