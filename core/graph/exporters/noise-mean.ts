// Computes the mean of random noise that a graph makes from uniform or normal numbers, such as the masks of
// stochastic depth.
import type { GraphNode } from '../graph.js';

/** What is known of the distribution of each element: uniform on [low, high), or its mean. */
export type Noise =
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'mean'; readonly mean: number }
  | { readonly kind: 'unknown' };

const UNKNOWN: Noise = { kind: 'unknown' };

/** The noise that a random operator returns, by its attributes. */
export function noiseOf({ op, attributes }: GraphNode): Noise {
  const numberOf = (name: string, usual: number) => {
    const value = attributes[name] ?? usual;
    return typeof value === 'number' ? value : Number.NaN;
  };
  if (op.startsWith('RandomUniform'))
    return { kind: 'uniform', low: numberOf('low', 0), high: numberOf('high', 1) };
  if (op.startsWith('RandomNormal')) return { kind: 'mean', mean: numberOf('mean', 0) };
  return UNKNOWN;
}

interface Step {
  readonly op: string;
  readonly noise: Noise;
  /** The place of the noise among the inputs of the operator. */
  readonly place: number;
  /** The other operand, where it is one known number. */
  readonly operand: number | undefined;
}

/** The noise behind an operator on noise and a constant. */
export function noiseAfter({ op, noise, place, operand }: Step): Noise {
  if (MOVED.has(op)) return noise;
  if (op === 'Floor') return noise.kind === 'uniform' ? maskOf(meanOfFloor(noise)) : UNKNOWN;
  if (operand === undefined) return UNKNOWN;
  const map = affine({ op, place, operand });
  if (map === undefined) return maskOf(meanOfTest({ op, noise, place, operand }));
  if (noise.kind === 'mean') return fromMean(map(noise.mean));
  if (noise.kind === 'unknown') return UNKNOWN;
  const [a, b] = [map(noise.low), map(noise.high)];
  return { kind: 'uniform', low: Math.min(a, b), high: Math.max(a, b) };
}

export function meanOf(noise: Noise): number | undefined {
  if (noise.kind === 'uniform') return (noise.low + noise.high) / 2;
  return noise.kind === 'mean' ? noise.mean : undefined;
}

const MOVED = new Set(['Cast', 'CastLike', 'Identity', 'Reshape', 'Expand', 'Unsqueeze', 'Squeeze']);

function fromMean(mean: number | undefined): Noise {
  return mean === undefined || !Number.isFinite(mean) ? UNKNOWN : { kind: 'mean', mean };
}

/** A mask that is always 0 says nothing about evaluation mode, in which there is none. */
function maskOf(mean: number | undefined): Noise {
  return mean === 0 ? UNKNOWN : fromMean(mean);
}

function affine({ op, place, operand }: Omit<Step, 'noise'>): ((x: number) => number) | undefined {
  if (op === 'Add') return (x) => x + operand!;
  if (op === 'Mul') return (x) => x * operand!;
  if (op === 'Sub') return place === 0 ? (x) => x - operand! : (x) => operand! - x;
  return op === 'Div' && place === 0 ? (x) => x / operand! : undefined;
}

/** The share of the interval in [k, k + 1) times k, summed over whole numbers k. */
function meanOfFloor({ low, high }: { readonly low: number; readonly high: number }): number | undefined {
  if (!(high > low) || high - low > 1000) return undefined;
  let sum = 0;
  for (let k = Math.floor(low); k < high; k++) sum += k * (Math.min(high, k + 1) - Math.max(low, k));
  return sum / (high - low);
}

/** The probability that a comparison of uniform noise with a number holds. */
function meanOfTest({ op, noise, place, operand }: Step): number | undefined {
  if (noise.kind !== 'uniform') return undefined;
  const below = Math.min(1, Math.max(0, (operand! - noise.low) / (noise.high - noise.low)));
  const isLess = op === 'Less' || op === 'LessOrEqual';
  if (!isLess && op !== 'Greater' && op !== 'GreaterOrEqual') return undefined;
  return isLess === (place === 0) ? below : 1 - below;
}
