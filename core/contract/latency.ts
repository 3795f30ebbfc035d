// Says what is known of a measured latency, and when a measurement counts as disturbed. Safe to import in a workflow.
import type { Specification } from '../specification/specification.js';

/** One image through the whole network, in milliseconds, over repeated runs. Earlier versions kept the median alone. */
export interface Measurement {
  /** The median of the measured latencies. */
  readonly latency: number;
  /** The quartiles: half of the runs lie between them. */
  readonly low?: number;
  readonly high?: number;
  readonly runs?: number;
  /** Share of the time in which the run had a processor; well below 1 where other processes wanted it too. */
  readonly cpu?: number;
}

/** Below this share of a processor, or above this distance of the quartiles over the median, the machine was busy. */
const LEAST_CPU = 0.9;
const LARGEST_SPREAD = 0.2;

/** Whether the measurement itself shows that other work on the machine disturbed it. */
export function isBusy({ latency, low = latency, high = latency, cpu = 1 }: Measurement): boolean {
  return cpu < LEAST_CPU || (high - low) / latency > LARGEST_SPREAD;
}

/** How many candidates of a ranking have a latency, and how many were measured while the machine was busy. */
export interface LatencyCounts {
  readonly measured: number;
  readonly busy: number;
}

/** Latencies of the first `top` of a ranking: of those that have none, or of all of them once more. */
export interface LatencyInput {
  readonly specification: Specification;
  /** The digest of ranking.csv. */
  readonly ranking: string;
  readonly top: number;
  readonly which: 'missing' | 'all';
}

export interface LatencyResult {
  /** The scope of the latencies, and the machine that they were measured on. */
  readonly latencies: Readonly<Record<string, string>>;
  /** Side of the image in pixels. */
  readonly resolution: number;
  readonly candidates: number;
  /** Measured by this run, and those that could not be run. */
  readonly measured: number;
  readonly failed: number;
}
