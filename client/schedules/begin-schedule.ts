// Creates a schedule for a specification, and starts the background workers that its runs need on this
// machine.
import type { Session } from '../connections/session.js';
import { chooseWorkerCount } from '../searches/begin-search.js';
import { createEnvironment } from '../specification/allow-modules.js';
import type { ReadSpecification } from '../specification/read-specification.js';
import {
  permissionFor,
  startBackgroundWorkers,
  withdrawBackgroundWorkers,
} from '../workers/background-workers.js';
import { createSchedule, type Timing } from './create-schedule.js';
import { type ScheduleRow, summaryOf } from './describe-schedule.js';
import { findSchedule } from './find-schedule.js';

export interface BeginScheduleRequest {
  readonly name: string;
  readonly read: ReadSpecification;
  readonly timing: Timing;
  /**
   * The number of score workers in the background on this machine; by default 1 with embedded servers, else
   * 0.
   */
  readonly workers?: number | undefined;
}

export async function beginSchedule(
  session: Session,
  { name, read, timing, workers = chooseWorkerCount(session) }: BeginScheduleRequest,
): Promise<ScheduleRow> {
  const { client, store, home, modules, onNote } = session;
  await createSchedule({ client, store, name, read, timing });
  // Background workers without the permission that the runs need would refuse them. They stay away.
  const need = permissionFor(read.specification);
  const { device } = read.specification.execution;
  if (workers > 0)
    await withdrawBackgroundWorkers({ home, need, device, env: createEnvironment(modules), onNote });
  await startBackgroundWorkers({ home, modules, count: workers, device });
  return summaryOf((await findSchedule({ client, name })).description);
}
