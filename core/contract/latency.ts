// Defines a measured latency, and decides when a measurement counts as disturbed. Workflows may import this
// file.
import type { Specification } from '../specification/specification.js';

/**
 * The latency of one image through the whole network, in milliseconds, over repeated runs. Earlier versions
 * stored the median alone.
 */
export interface Measurement {
  /** The median of the measured latencies. */
  readonly latency: number;
  /** The lower and upper quartile; half of the runs lie between them. */
  readonly low?: number;
  readonly high?: number;
  readonly runs?: number;
  /**
   * The share of the time during which the process had a processor; it is well below 1 where other processes
   * competed for it.
   */
  readonly cpu?: number;
}

/**
 * A measurement counts as disturbed below this share of a processor, or where the quartiles differ by more
 * than this fraction of the median.
 */
const LEAST_CPU = 0.9;
const LARGEST_SPREAD = 0.2;

/** Whether a measurement shows that other work on the machine disturbed it. */
export function isBusy({ latency, low = latency, high = latency, cpu = 1 }: Measurement): boolean {
  return cpu < LEAST_CPU || (high - low) / latency > LARGEST_SPREAD;
}

/**
 * The number of candidates of a ranking that have a latency, and of those measured while the machine was
 * busy.
 */
export interface LatencyCounts {
  readonly measured: number;
  readonly busy: number;
}

/**
 * Asks for the latencies of the first `top` of a ranking: of those that have none yet, or of all of them
 * again.
 */
export interface LatencyInput {
  readonly specification: Specification;
  /** The digest of ranking.csv. */
  readonly ranking: string;
  readonly top: number;
  readonly which: 'missing' | 'all';
}

export interface LatencyResult {
  /** The scope of the latencies, and the machine on which they were measured. */
  readonly latencies: Readonly<Record<string, string>>;
  /** The side of the image in pixels. */
  readonly resolution: number;
  /** Of images that are not square, their shape, in place of `resolution`. */
  readonly image?: readonly number[];
  readonly candidates: number;
  /** The number of candidates that this run measured, and of those whose network could not be run. */
  readonly measured: number;
  readonly failed: number;
}
