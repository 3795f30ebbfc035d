// Pauses, resumes and deletes a schedule.
import type { Client, ScheduleHandle } from '@temporalio/client';
import { PAUSED_BY_HAND } from './describe-schedule.js';
import { findSchedule, RESUMED } from './find-schedule.js';

export type ScheduleAction = 'pause' | 'resume' | 'delete';

const ACTIONS: Readonly<Record<ScheduleAction, (handle: ScheduleHandle) => Promise<void>>> = {
  pause: (handle) => handle.pause(PAUSED_BY_HAND),
  resume: (handle) => handle.unpause(RESUMED),
  delete: (handle) => handle.delete(),
};

export async function controlSchedule({
  client,
  name,
  action,
}: {
  readonly client: Client;
  readonly name: string;
  readonly action: ScheduleAction;
}): Promise<void> {
  await ACTIONS[action]((await findSchedule({ client, name })).handle);
}
