// Reads the pending activities of a search: the state and attempt of each, and why the last attempt failed.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { reasonOf } from './failure.js';

export interface PendingActivity {
  readonly activity: string;
  readonly state: 'scheduled' | 'started' | 'other';
  readonly attempt: number;
  /** The time at which the current attempt was scheduled. Times are milliseconds since 1970. */
  readonly scheduled: number;
  /** The time at which the current attempt began; absent if no worker has taken it yet. */
  readonly started?: number;
  /** The worker of the last attempt. */
  readonly worker?: string;
  /** The reason why the previous attempt failed. */
  readonly reason?: string;
  /** The class of that error, such as `OtherEngineError`. */
  readonly type?: string;
  readonly failedAt?: number;
  /** The details of the last heartbeat. */
  readonly details?: unknown;
}

/** The most parts of a search whose activities are read. */
const CHILDREN = 16;
/** temporal.api.enums.v1.PendingActivityState */
const STATES: Readonly<Record<number, PendingActivity['state']>> = { 1: 'scheduled', 2: 'started' };

type Raw = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The pending activities of the search and of its running parts. */
export async function readActivities({
  client,
  description,
}: {
  readonly client: Client;
  readonly description: WorkflowExecutionDescription;
}): Promise<readonly PendingActivity[]> {
  const { pendingActivities, pendingChildren } = description.raw;
  const children = (pendingChildren ?? []).slice(0, CHILDREN).map(async ({ workflowId }) => {
    // A part may end between the two requests.
    const child = await client.workflow
      .getHandle(workflowId!)
      .describe()
      .catch(() => undefined);
    return child?.raw.pendingActivities ?? [];
  });
  const raws = [...(pendingActivities ?? []), ...(await Promise.all(children)).flat()];
  return Promise.all(raws.map((raw) => toActivity({ client, raw })));
}

async function toActivity({
  client,
  raw,
}: {
  readonly client: Client;
  readonly raw: Raw;
}): Promise<PendingActivity> {
  const { loadedDataConverter } = client.options;
  // Without the key of an encrypted search its failures are unreadable, but the attempt is shown all the
  // same.
  const failure = await decodeOptionalFailureToOptionalError(loadedDataConverter, raw.lastFailure).catch(
    () => undefined,
  );
  const details = await detailsOf({ client, raw });
  const type = raw.lastFailure?.applicationFailureInfo?.type;
  const failedAt = optionalTsToMs(raw.lastAttemptCompleteTime);
  const state = STATES[raw.state ?? 0] ?? 'other';
  const started = state === 'started' ? optionalTsToMs(raw.lastStartedTime) : undefined;
  return {
    activity: raw.activityType?.name ?? '',
    state,
    attempt: raw.attempt ?? 1,
    scheduled: optionalTsToMs(raw.scheduledTime) ?? 0,
    ...(started ? { started } : {}),
    ...(raw.lastWorkerIdentity ? { worker: raw.lastWorkerIdentity } : {}),
    ...(failure ? { reason: reasonOf(failure) } : {}),
    ...(type ? { type } : {}),
    ...(failedAt ? { failedAt } : {}),
    ...(details === undefined ? {} : { details }),
  };
}

/** The details of a heartbeat, which are one JSON value in all of our activities. */
async function detailsOf({ client, raw }: { readonly client: Client; readonly raw: Raw }): Promise<unknown> {
  const payloads = raw.heartbeatDetails?.payloads;
  if (!payloads?.length) return undefined;
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  try {
    let decoded = payloads;
    for (const codec of [...payloadCodecs].reverse()) decoded = await codec.decode(decoded);
    return payloadConverter.fromPayload(decoded[0]!);
  } catch {
    return undefined;
  }
}
