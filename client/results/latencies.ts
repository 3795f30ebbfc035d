// In: a search. Out: the latencies of its candidates as they were measured last, with machine and spread, as texts and as JSON.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { isBusy, type LatencyResult, type Measurement } from '../../core/contract/latency.js';
import { latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Summary } from '../../core/report/summary.js';
import { lastRound, readLatencies } from '../../store/latencies.js';
import type { Store } from '../../store/store.js';

/** Scopes of latencies and the machines that they are of. */
export type Scopes = Readonly<Record<string, string>>;
export type Latencies = ReadonlyMap<string, Measurement>;

/** Where `zeroscout latency measure` has put the latencies of a search when it ended well last. */
export async function measuredScopes({ client, id }: { client: Client; id: string }): Promise<Scopes> {
  const handle = client.workflow.getHandle(latencyWorkflowIdOf(id));
  try {
    const { status } = await handle.describe();
    if (status.name === 'COMPLETED') return ((await handle.result()) as LatencyResult).latencies;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return {};
    throw error;
  }
  // One runs at this moment, or was stopped: what was measured before it is still there.
  const query = `WorkflowId = "${handle.workflowId}" AND ExecutionStatus = "Completed"`;
  for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 }))
    return ((await client.workflow.getHandle(workflowId, runId).result()) as LatencyResult).latencies;
  return {};
}

/** The first scope that knows a candidate counts; where none does, what its row in the ranking says. */
export async function latenciesOf({
  store,
  scopes,
  rows,
}: {
  store: Store;
  scopes: Scopes;
  rows: readonly RankingRow[];
}): Promise<Latencies> {
  const { latencies } = store;
  const found = new Map<string, Measurement>();
  for (const scope of Object.keys(scopes)) {
    const missing = rows.map(({ candidate }) => candidate).filter((candidate) => !found.has(candidate));
    const round = await lastRound({ latencies, scope });
    const read = await readLatencies({ latencies, scope, round, candidates: missing });
    for (const [candidate, measurement] of read) found.set(candidate, measurement);
  }
  for (const { candidate, latency } of rows)
    if (typeof latency === 'number' && !found.has(candidate)) found.set(candidate, { latency });
  return found;
}

/** `6.31` and `6.20 to 6.52`: the median and between what half of the runs lie; texts of a table's cells. */
export function latencyCells(measurement: Measurement | undefined): [string, string] {
  if (!measurement) return ['-', ''];
  const { latency, low, high } = measurement;
  const spread = low === undefined || high === undefined ? '' : `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return [latency.toFixed(2), `${spread}${isBusy(measurement) ? ' busy' : ''}`];
}

/** The keys that a candidate's latency has in JSON; `spread` holds the quartiles. */
export function latencyJson(measurement: Measurement | undefined): object {
  if (!measurement) return {};
  const { latency, low, high, runs } = measurement;
  return {
    latency,
    ...(low === undefined ? {} : { latencySpread: { low, high, runs, busy: isBusy(measurement) } }),
  };
}

/** What latencies are of. */
export function machineText(machine: string): string {
  return `latency: one image, median of repeated runs on ${machine}; true of that machine alone`;
}

/** A warning where the machine was busy while some of these were measured. */
export function busyWarning({ latencies, id }: { latencies: Latencies; id: string }): string | undefined {
  const busy = [...latencies.values()].filter(isBusy).length;
  return busy === 0 ? undefined : busyText({ busy, of: latencies.size, id });
}

export function busyText({ busy, of, id }: { busy: number; of: number; id: string }): string {
  return `the machine was busy while ${busy} of ${of} latencies were measured, so they may be too long; again when it does nothing else: zeroscout latency measure ${id} --again`;
}

/** Scopes in the order in which they count: what was measured on request comes before what the search measured. */
export function scopesOf({ summary, measured }: { summary: Summary; measured: Scopes }): Scopes {
  return { ...measured, ...summary.drawn?.latencies };
}
