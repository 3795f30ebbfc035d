// In: the name of a schedule. Out: its handle and description, or a SpecError that lists what there is.
import { type Client, ScheduleNotFoundError, type ScheduleSummary } from '@temporalio/client';
import { SpecError } from '../../core/spec/errors.js';
import { SEARCH_WORKFLOW } from '../../core/spec/search-queues.js';

export async function findSchedule({ client, name }: { client: Client; name: string }) {
  const handle = client.schedule.getHandle(checkedName(name));
  try {
    const description = await handle.describe();
    if (description.action.workflowType === SEARCH_WORKFLOW) return { handle, description };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  const known = (await ourSchedules(client)).map(({ scheduleId }) => scheduleId);
  const there = known.length ? `known: ${known.slice(0, 10).join(', ')}` : 'there is none yet';
  throw SpecError.of({ path: 'NAME', message: `no schedule "${name}"; ${there}` });
}

/** Schedules that start searches; others may share the namespace. */
export async function ourSchedules(client: Client): Promise<ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  for await (const summary of client.schedule.list())
    if (summary.action?.workflowType === SEARCH_WORKFLOW) found.push(summary);
  return found;
}

/** It becomes a part of every run's id. */
export function checkedName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return name;
  throw SpecError.of({
    path: 'NAME',
    message: `found "${name}"; must be 1 to 64 letters, digits, "_" or "-", the first a letter or digit`,
  });
}
