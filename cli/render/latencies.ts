// Formats latencies as cells of a table, and the lines that explain them.
import type { Latencies } from '../../client/results/latencies.js';
import { isBusy, type Measurement } from '../../core/contract/latency.js';

/** The median and the quartiles as texts of table cells: `6.31` and `6.20 to 6.52`. */
export function formatLatencyCells(measurement: Measurement | undefined): [string, string] {
  if (!measurement) return ['-', ''];
  const { latency, low, high } = measurement;
  const spread = low === undefined || high === undefined ? '' : `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return [latency.toFixed(2), `${spread}${isBusy(measurement) ? ' busy' : ''}`];
}

/** A sentence on the conditions of the measurement. */
export function formatMachine(machine: string): string {
  return `latency: one image, median of repeated runs on ${machine}; valid for that machine only`;
}

/** A warning if the machine was busy while some latencies were measured. */
export function formatBusyWarning({
  latencies,
  id,
}: {
  readonly latencies: Latencies;
  readonly id: string;
}): string | undefined {
  const busy = [...latencies.values()].filter(isBusy).length;
  return busy === 0 ? undefined : formatBusyCount({ busy, of: latencies.size, id });
}

export function formatBusyCount({
  busy,
  of,
  id,
}: {
  readonly busy: number;
  readonly of: number;
  readonly id: string;
}): string {
  return `the machine was busy while ${busy} of ${of} latencies were measured, so they may be too long; measure again when it is idle: zeroscout latency measure ${id} --again`;
}
