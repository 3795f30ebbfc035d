// Out: what is known of one measured latency, and when a measurement counts as disturbed. Safe to import in a workflow.

/** One image through the whole network, in milliseconds, over repeated runs. Earlier versions kept the median alone. */
export interface Measurement {
  /** The median. */
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

/** Whether other work on the machine disturbed the measurement, as far as it can tell of itself. */
export function isBusy({ latency, low = latency, high = latency, cpu = 1 }: Measurement): boolean {
  return cpu < LEAST_CPU || (high - low) / latency > LARGEST_SPREAD;
}
