// Reads the latest latencies of a search's candidates, with machine and quartiles.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { isBusy, type LatencyResult, type Measurement } from '../../core/contract/latency.js';
import { latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Summary } from '../../core/report/summary.js';
import { describeFound } from '../../core/text/show.js';
import { findLastRound, readLatencies } from '../../store/latencies.js';
import type { Store } from '../../store/store.js';

/** Scopes of latencies, with the machine of each. */
export type Scopes = Readonly<Record<string, string>>;
export type Latencies = ReadonlyMap<string, Measurement>;

/**
 * The scopes of the latencies that were measured on request, from the latest measurement that ended
 * successfully.
 */
export async function listMeasuredScopes({
  client,
  id,
}: {
  readonly client: Client;
  readonly id: string;
}): Promise<Scopes> {
  const handle = client.workflow.getHandle(latencyWorkflowIdOf(id));
  try {
    const { status } = await handle.describe();
    if (status.name === 'COMPLETED') return ((await handle.result()) as LatencyResult).latencies;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return {};
    throw error;
  }
  // A measurement may be running now, or was stopped; the results of earlier ones still exist.
  const query = `WorkflowId = "${handle.workflowId}" AND ExecutionStatus = "Completed"`;
  for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 }))
    return ((await client.workflow.getHandle(workflowId, runId).result()) as LatencyResult).latencies;
  return {};
}

/** The first scope that has a candidate counts; if none has, the latency in its row of the ranking. */
export async function latenciesOf({
  store,
  scopes,
  rows,
}: {
  readonly store: Store;
  readonly scopes: Scopes;
  readonly rows: readonly RankingRow[];
}): Promise<Latencies> {
  if (!Array.isArray(rows))
    throw SpecError.of({ path: 'rows', message: `${describeFound(rows)}; must be rows of the ranking` });
  const { latencies } = store;
  const found = new Map<string, Measurement>();
  for (const scope of Object.keys(scopes)) {
    const missing = rows.map(({ candidate }) => candidate).filter((candidate) => !found.has(candidate));
    const round = await findLastRound({ latencies, scope });
    const read = await readLatencies({ latencies, scope, round, candidates: missing });
    for (const [candidate, measurement] of read) found.set(candidate, measurement);
  }
  for (const { candidate, latency } of rows)
    if (typeof latency === 'number' && !found.has(candidate)) found.set(candidate, { latency });
  return found;
}

/** The JSON keys of a candidate's latency; `spread` holds the quartiles. */
export function formatLatencyJson(measurement: Measurement | undefined): object {
  if (!measurement) return {};
  const { latency, low, high, runs } = measurement;
  return {
    latency,
    ...(low === undefined ? {} : { latencySpread: { low, high, runs, busy: isBusy(measurement) } }),
  };
}

/**
 * The scopes in order of precedence: those measured on request come before those that the search measured.
 */
export function scopesOf({
  summary,
  measured,
}: {
  readonly summary: Summary;
  readonly measured: Scopes;
}): Scopes {
  return { ...measured, ...summary.drawn?.latencies };
}
