// Creates a schedule for a specification, or gives it another one, and starts the background workers that its
// runs need on this machine.
import type { Specification } from '../../core/specification/specification.js';
import type { Session } from '../connections/session.js';
import { chooseWorkerCount } from '../searches/begin-search.js';
import { createEnvironment } from '../specification/module-permission.js';
import type { ReadSpecification } from '../specification/read-specification.js';
import {
  listBackgroundWorkers,
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
  /** The number of score workers in the background on this machine; see `schedules.create` and `update`. */
  readonly workers?: number | undefined;
}

export interface BeginScheduleRequest extends RenewScheduleRequest {
  readonly timing: Timing;
}

export async function beginSchedule(
  session: Session,
  { name, read, timing, workers = chooseWorkerCount(session) }: BeginScheduleRequest,
): Promise<ScheduleRow> {
  const { client, store } = session;
  await createSchedule({ client, store, name, read, timing });
  await prepareWorkers(session, { specification: read.specification, count: workers });
  return summaryOf((await findSchedule({ client, name })).description);
}

/**
 * Replaces the specification from the next run on. The new one may need another device, or a permission that
 * the background workers lack. Where none run in the background, other workers serve the schedule.
 */
export async function renewSchedule(
  session: Session,
  { name, read, workers }: RenewScheduleRequest,
): Promise<void> {
  const { client, store, home } = session;
  await updateSchedule({ client, store, name, read });
  const isServed = (await listBackgroundWorkers({ home })).some(({ role }) => role === 'score');
  const count = workers ?? (isServed ? 1 : 0);
  await prepareWorkers(session, { specification: read.specification, count });
}

interface PrepareWorkersArguments {
  readonly specification: Specification;
  readonly count: number;
}

async function prepareWorkers(
  session: Session,
  { specification, count }: PrepareWorkersArguments,
): Promise<void> {
  const { home, modules, onNote } = session;
  const { device } = specification.execution;
  // Background workers without the permission that the runs need would refuse them. They stay away.
  const need = permissionFor(specification);
  if (count > 0)
    await withdrawBackgroundWorkers({ home, need, device, env: createEnvironment(modules), onNote });
  await startBackgroundWorkers({ home, modules, count, device });
}
