// Finds a schedule by its name; the error for an unknown name lists existing ones.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSummary,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { SEARCH_WORKFLOW } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import { checkText } from '../check-text.js';

/** The number of existing names in a message about an unknown one. */
const KNOWN = 10;
/** How long Temporal may take to notice that a run has ended. */
const NOTICED_MS = 5_000;
const RESUMED_MS = 500;
const LOOK_MS = 100;
/** The notes of a schedule that was resumed, including that of earlier versions. */
export const RESUMED = 'resumed';
const RESUMED_BEFORE = 'zeroscout schedule resume';
/** The number of schedules that are described at once. */
const AT_ONCE = 8;

export async function findSchedule({ client, name }: { readonly client: Client; readonly name: string }) {
  const handle = client.schedule.getHandle(checkName(name));
  try {
    const description = await describeNow({ client, handle });
    if (description.action.workflowType === SEARCH_WORKFLOW) return { handle, description };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  const known = (await listSchedules(client)).map(({ scheduleId }) => scheduleId);
  const more = known.length > KNOWN ? ', ...' : '';
  const there = known.length ? `known: ${known.slice(0, KNOWN).join(', ')}${more}` : 'there is none yet';
  throw SpecError.of({ path: 'schedule', code: 'not-found', message: `no schedule "${name}"; ${there}` });
}

/** The schedules that start searches, since others may share the namespace. */
export async function listSchedules(client: Client): Promise<ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  for await (const summary of client.schedule.list())
    if (summary.action?.workflowType === SEARCH_WORKFLOW) found.push(summary);
  return found;
}

/** Which schedules to list, in the order of their names; all by default. */
export interface SchedulePage {
  /** The name after which the list begins. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * Schedules in their present state, in the order of their names. Temporal lists a schedule for a moment after it was
 * deleted; such a one is left out.
 */
export async function describeSchedules(
  client: Client,
  { after, limit = Number.POSITIVE_INFINITY }: SchedulePage = {},
): Promise<readonly ScheduleDescription[]> {
  const names = (await listSchedules(client))
    .map(({ scheduleId }) => scheduleId)
    .filter((name) => after === undefined || name > after)
    .sort();
  const found: ScheduleDescription[] = [];
  while (names.length > 0 && found.length < limit) {
    const next = names.splice(0, Math.min(AT_ONCE, limit - found.length));
    const described = await Promise.all(next.map((name) => describeIfThere(client, name)));
    found.push(...described.filter((one) => one !== undefined));
  }
  return found;
}

async function describeIfThere(client: Client, name: string): Promise<ScheduleDescription | undefined> {
  try {
    return await describeNow({ client, handle: client.schedule.getHandle(name) });
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Temporal checks a run that has ended, and pauses a schedule whose run failed, only when the next run is due
 * or the schedule is described. So its first answer is out of date.
 */
async function describeNow({
  client,
  handle,
}: {
  readonly client: Client;
  readonly handle: ScheduleHandle;
}): Promise<ScheduleDescription> {
  let description = await handle.describe();
  if (!description.policies.pauseOnFailure || !(await hasFailed({ client, description }))) return description;
  // A resumed schedule stays active although an earlier run failed.
  const patience = [RESUMED, RESUMED_BEFORE].includes(description.state.note ?? '') ? RESUMED_MS : NOTICED_MS;
  for (const deadline = Date.now() + patience; !description.state.paused && Date.now() < deadline; ) {
    await sleep(LOOK_MS);
    description = await handle.describe();
  }
  return description;
}

/** Whether the last run has failed. */
async function hasFailed({
  client,
  description,
}: {
  readonly client: Client;
  readonly description: ScheduleDescription;
}): Promise<boolean> {
  const last = description.info.recentActions.at(-1);
  if (!last || description.state.paused) return false;
  const run = await client.workflow
    .getHandle(last.action.workflow.workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  return ['FAILED', 'TIMED_OUT'].includes(run?.status.name ?? '');
}

/** The name becomes part of the id of every run, so the same characters are allowed. */
export function checkName(name: string): string {
  checkText('schedule', name);
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return name;
  throw SpecError.of({
    path: 'schedule',
    message: `found "${name}"; must be 1 to 64 letters, digits, "_" or "-", the first a letter or digit`,
  });
}
