// Finds every run, and the text of everything that kept runs and schedules have written down.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { familyScopes, scoreScope } from '../../core/address.js';
import type { SearchMemo } from '../../core/contract/search.js';
import { CONTROL_QUEUE, SEARCH_WORKFLOW, searchIdOf } from '../../core/contract/search-queues.js';
import { BlobError } from '../../core/errors.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { Holding, Store } from '../../store/store.js';
import { listMeasuredScopes } from '../results/latencies.js';
import { describeSchedules } from '../schedules/find-schedule.js';
import type { GcRun } from './choose.js';

export interface FoundRun extends GcRun {
  readonly memo: Partial<SearchMemo>;
}

/** Larger blobs hold rows; a list of digests of this size would name 60,000 chunks. */
const LARGEST_WITH_REFERENCES = 4 * 1024 * 1024;
const DIGEST = /[0-9a-f]{64}/g;

/** Every execution of a search, and every other workflow that runs on behalf of one. */
export async function findRuns(client: Client): Promise<FoundRun[]> {
  const query = `TaskQueue = "${CONTROL_QUEUE}" AND (WorkflowType = "${SEARCH_WORKFLOW}" OR ExecutionStatus = "Running")`;
  const runs: FoundRun[] = [];
  for await (const execution of client.workflow.list({ query })) runs.push(runOf(execution));
  return runs;
}

function runOf({ workflowId, runId, status, closeTime, memo: raw }: WorkflowExecutionInfo): FoundRun {
  const memo = (raw ?? {}) as Partial<SearchMemo>;
  const statuses = { RUNNING: 'running', COMPLETED: 'completed', CONTINUED_AS_NEW: 'continued' } as const;
  return {
    id: searchIdOf(workflowId),
    workflowId,
    runId,
    series: memo.schedule ?? memo.name ?? workflowId,
    status: statuses[status.name as keyof typeof statuses] ?? 'ended',
    ...(closeTime ? { closed: closeTime.getTime() } : {}),
    memo,
  };
}

/**
 * The text of a run: its result if it is finished, else its whole history, because it is not known what the
 * run will need. A digest, a scope or a run's name in this text counts as a reference.
 */
export async function textOfRun({
  client,
  run,
}: {
  readonly client: Client;
  readonly run: FoundRun;
}): Promise<string> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  const scopes = scopesOf(run.memo);
  if (run.status === 'completed') {
    // Latencies that were measured on request for a finished search are kept as long as the search.
    const measured = await listMeasuredScopes({ client, id: run.id });
    return JSON.stringify([scopes, measured, await handle.result()]);
  }
  const { events } = await handle.fetchHistory();
  const payloads = payloadsIn(events);
  const { payloadCodecs } = client.options.loadedDataConverter;
  let decoded = payloads;
  for (const codec of [...payloadCodecs].reverse()) decoded = await codec.decode(decoded);
  return [JSON.stringify(scopes), ...decoded.map(({ data }) => Buffer.from(data ?? []).toString())].join(
    '\n',
  );
}

/** The inputs of the next runs of every schedule. */
export async function textOfSchedules(client: Client): Promise<string> {
  const texts: string[] = [];
  for (const { action } of await describeSchedules(client))
    texts.push(JSON.stringify([scopesOf((action.memo ?? {}) as Partial<SearchMemo>), action.args]));
  return texts.join('\n');
}

export interface ReferringText {
  readonly text: string;
  /** The id of the run that it belongs to; absent for schedules. */
  readonly run?: string;
}

/** A blob that is needed and cannot be read, so that it is not known which blobs it names. */
export interface DamagedBlob {
  readonly digest: string;
  /** The id of a run that needs it; absent for a schedule. */
  readonly run?: string;
}

export interface ReachableBlobs {
  readonly reached: ReadonlySet<string>;
  readonly damaged: readonly DamagedBlob[];
}

/** The digests in the texts, those in the blobs that they name, and so on, since a list names its chunks. */
export async function findReachableBlobs({
  store,
  blobs,
  texts,
}: {
  readonly store: Store;
  readonly blobs: readonly Holding[];
  readonly texts: readonly ReferringText[];
}): Promise<ReachableBlobs> {
  const sizes = new Map(blobs.map(({ name, bytes }) => [name, bytes]));
  const reached = new Set<string>();
  const damaged: DamagedBlob[] = [];
  const queue = [...texts];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { text, ...of } = next;
    for (const [digest] of text.matchAll(DIGEST)) {
      if (reached.has(digest)) continue;
      reached.add(digest);
      const size = sizes.get(digest);
      if (size === undefined || size > LARGEST_WITH_REFERENCES) continue;
      const bytes = await readBlob(store, digest);
      if (bytes === undefined) damaged.push({ digest, ...of });
      else queue.push({ text: Buffer.from(bytes).toString(), ...of });
    }
  }
  return { reached, damaged };
}

/** Undefined for a blob that is damaged. */
async function readBlob({ blobs }: Store, digest: string): Promise<Uint8Array | undefined> {
  try {
    return await blobs.get(digest);
  } catch (error) {
    if (error instanceof BlobError) return undefined;
    throw error;
  }
}

function scopesOf({ specification }: Partial<SearchMemo>): string[] {
  if (!specification) return [];
  return stagesOf(specification).flatMap((stage) => [
    scoreScope(stage.specification),
    ...Object.values(familyScopes(stage.specification) ?? {}),
  ]);
}

interface Payload {
  readonly metadata?: Record<string, Uint8Array> | null;
  readonly data?: Uint8Array | null;
}

/** The payloads anywhere in a history, recognized by their metadata. */
function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsIn);
}
