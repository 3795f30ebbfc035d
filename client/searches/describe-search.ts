// Describes one search: its state, what it waits for, and why it ended.
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { BestCandidate, SearchMemo, SearchProgress, SearchResult } from '../../core/contract/search.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import type { Summary } from '../../core/report/summary.js';
import { type RankedBy, rankedBy } from '../../core/specification/describe-ranking.js';
import type { Device } from '../../core/specification/devices.js';
import type { Store } from '../../store/store.js';
import { readChanges } from '../results/read-changes.js';
import { readResults } from '../results/results.js';
import type { PendingActivity } from '../status/activities.js';
import { resultOf } from '../status/ending.js';
import { createLooker } from '../status/facts.js';
import type { Ending } from '../status/failure.js';
import { listWaiting, type Waiting } from '../status/waiting.js';
import { findSearch, isCancelling, stateOf } from './find-search.js';

/** A step that failed and is being retried. `failed` is an ISO 8601 time. */
export interface Retrying {
  readonly activity: string;
  readonly attempt: number;
  readonly reason: string | undefined;
  readonly failed?: string;
}

/** The description of a search; fields that do not apply are absent. Times are ISO 8601. */
export interface SearchDescription {
  readonly id: string;
  readonly name: string | undefined;
  readonly space: string | undefined;
  readonly state: string;
  readonly started: string;
  readonly ended?: string;
  readonly schedule?: string;
  readonly engine?: string;
  /** By what it ranks candidates, unless a calibration does. */
  readonly aggregation?: RankedBy;
  /** It was cancelled, and ends as soon as a control worker answers. */
  readonly cancelling?: true;
  /** For a running search, if a control worker answered. */
  readonly progress?: SearchProgress;
  /** The most important reason why it waits, and the others. */
  readonly waiting?: Waiting & { readonly also?: readonly Waiting[] };
  readonly retrying?: readonly Retrying[];
  /** The device for which there is no worker. */
  readonly noWorkerFor?: Device;
  readonly counts?: NonNullable<SearchMemo['counts']>;
  /** The reason why it has no results, and advice. */
  readonly failure?: Ending;
  readonly best?: BestCandidate;
  /** For a scheduled run: the changes since the previous one. */
  readonly changes?: RankingDiff;
  readonly verification?: Summary['verification'];
  readonly notCompared?: string;
  readonly notNotified?: string;
  /** The page of the search at Temporal, if it is known where Temporal's web page is. */
  readonly temporalPage?: string;
}

/** The sources of a description. */
export interface DescriptionSources {
  readonly client: Client;
  /** Absent if NATS does not answer; the description then lacks what only the store knows. */
  readonly store?: Store | undefined;
  /** Whether all workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
}

/** The description, with the counts as text that the search wrote last. */
export async function describeSearch(
  from: DescriptionSources,
  given: string,
): Promise<SearchDescription & { readonly memo: Partial<SearchMemo> }> {
  const { id, handle, description } = await findSearch({ client: from.client, id: given });
  const head = headOf({ id, description });
  const memo = (description.memo ?? {}) as Partial<SearchMemo>;
  const isRunning = description.status.name === 'RUNNING';
  const cancelling = isCancelling(description) ? { cancelling: true as const } : {};
  const rest = isRunning ? await describeRunning(from, handle) : await describeEnded(from, { handle, memo });
  return { ...head, ...cancelling, ...rest, memo };
}

type Rest = Omit<SearchDescription, keyof ReturnType<typeof headOf>>;

function headOf({
  id,
  description,
}: {
  readonly id: string;
  readonly description: WorkflowExecutionDescription;
}) {
  const { name, space, schedule, specification } = (description.memo ?? {}) as Partial<SearchMemo>;
  const aggregation = specification && rankedBy(specification);
  const { startTime, closeTime } = description;
  return {
    id,
    name,
    space,
    state: stateOf(description),
    started: startTime.toISOString(),
    ...(closeTime ? { ended: closeTime.toISOString() } : {}),
    ...(schedule ? { schedule } : {}),
    ...(aggregation ? { aggregation } : {}),
  };
}

async function describeRunning(
  { client, store, isLocal }: DescriptionSources,
  handle: WorkflowHandle,
): Promise<Rest> {
  const away = store ? [] : [{ name: 'NATS', isRestarted: false } as const];
  const { progress, facts } = await createLooker({ client, handle, isLocal }).look(away);
  const reasons = listWaiting(facts);
  const retrying = (facts.activities ?? []).filter(({ attempt, reason }) => attempt > 1 && reason);
  const idle = reasons.find((reason) => reason.for === 'score-worker')?.device;
  const [first, ...also] = reasons;
  return {
    ...(progress?.engine ? { engine: progress.engine } : {}),
    ...(progress ? { progress } : {}),
    ...(first ? { waiting: { ...first, ...(also.length ? { also } : {}) } } : {}),
    ...(retrying.length ? { retrying: retrying.map(retryOf) } : {}),
    ...(idle ? { noWorkerFor: idle } : {}),
  };
}

function retryOf({ activity, attempt, reason, failedAt }: PendingActivity): Retrying {
  return { activity, attempt, reason, ...(failedAt ? { failed: new Date(failedAt).toISOString() } : {}) };
}

async function describeEnded(
  { store }: DescriptionSources,
  { handle, memo }: { readonly handle: WorkflowHandle; readonly memo: Partial<SearchMemo> },
): Promise<Rest> {
  const { best, counts } = memo;
  const outcome = await resultOf(handle);
  if ('ending' in outcome) return { ...(counts ? { counts } : {}), failure: outcome.ending };
  const { result } = outcome;
  const changes = store && (await readChanges({ store, result }));
  const verification = store && (await verificationOf({ store, result }));
  return {
    ...(result.engine ? { engine: result.engine } : {}),
    ...(counts ? { counts } : {}),
    ...(best ? { best } : {}),
    ...(changes ? { changes } : {}),
    ...(verification ? { verification } : {}),
    ...(result.notCompared ? { notCompared: result.notCompared } : {}),
    ...(result.notNotified ? { notNotified: result.notNotified } : {}),
  };
}

/**
 * The findings of verification in the summary of a finished search. A summary that cannot be read does not
 * prevent showing the rest.
 */
async function verificationOf(given: {
  readonly store: Store;
  readonly result: SearchResult;
}): Promise<Summary['verification']> {
  return (await readResults(given).catch(() => undefined))?.summary.verification;
}
