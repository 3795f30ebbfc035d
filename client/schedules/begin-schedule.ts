// Creates a schedule for a specification, or gives it another one, and starts the background workers that its
// runs need on this machine.
import type { Session } from '../connections/session.js';
import { chooseWorkerCount } from '../searches/begin-search.js';
import { createEnvironment } from '../specification/allow-modules.js';
import type { ReadSpecification } from '../specification/read-specification.js';
import {
  permissionFor,
  startBackgroundWorkers,
  withdrawBackgroundWorkers,
} from '../workers/background-workers.js';
import { createSchedule, type Timing, updateSchedule } from './create-schedule.js';
import { type ScheduleRow, summaryOf } from './describe-schedule.js';
import { findSchedule } from './find-schedule.js';

export interface RenewScheduleRequest {
  readonly name: string;
  readonly read: ReadSpecification;
  /**
   * The number of score workers in the background on this machine; by default 1 with embedded servers, else
   * 0.
   */
  readonly workers?: number | undefined;
}

export interface BeginScheduleRequest extends RenewScheduleRequest {
  readonly timing: Timing;
}

export async function beginSchedule(
  session: Session,
  { timing, ...request }: BeginScheduleRequest,
): Promise<ScheduleRow> {
  const { client, store } = session;
  const { name, read } = request;
  await createSchedule({ client, store, name, read, timing });
  await prepareWorkers(session, request);
  return summaryOf((await findSchedule({ client, name })).description);
}

/**
 * Replaces the specification from the next run on. The new one may need another device, or a permission that
 * the background workers lack.
 */
export async function renewSchedule(session: Session, request: RenewScheduleRequest): Promise<void> {
  const { client, store } = session;
  const { name, read } = request;
  await updateSchedule({ client, store, name, read });
  await prepareWorkers(session, request);
}

async function prepareWorkers(
  session: Session,
  { read: { specification }, workers = chooseWorkerCount(session) }: RenewScheduleRequest,
): Promise<void> {
  const { home, modules, onNote } = session;
  const { device } = specification.execution;
  // Background workers without the permission that the runs need would refuse them. They stay away.
  const need = permissionFor(specification);
  if (workers > 0)
    await withdrawBackgroundWorkers({ home, need, device, env: createEnvironment(modules), onNote });
  await startBackgroundWorkers({ home, modules, count: workers, device });
}
