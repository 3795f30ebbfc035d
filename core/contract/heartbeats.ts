// Determines how often shards report that they are alive. A server stores every report, so many shards at once
// report less often.

/** The time without a report after which Temporal gives a shard to another worker. */
const SHORTEST_MS = 15_000;
const LONGEST_MS = 120_000;
/** With more shards in progress the time grows, so that the reports of one search stay below 85 a second. */
const MS_FOR_A_SHARD = 60;
/** The number of reports within that time: one or two of them may be lost or late. */
const REPORTS = 5;
/** The number of updates of progress bars within that time. */
const TICKS = 30;

/** The heartbeat timeout, in milliseconds, of the shards of a search with at most `window` in progress. */
export function heartbeatTimeoutOf(window: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, MS_FOR_A_SHARD * window));
}

/** Milliseconds between two updates of progress bars, and after how many of them a shard reports to Temporal. */
export function paceOf(heartbeatTimeoutMs: number): { readonly tickMs: number; readonly ticks: number } {
  return { tickMs: heartbeatTimeoutMs / TICKS, ticks: TICKS / REPORTS };
}
