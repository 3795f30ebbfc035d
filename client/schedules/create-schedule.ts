// Creates a Temporal Schedule that starts a new search at each of the given times.
import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { RawValue } from '@temporalio/common';
import { SEARCH_WORKFLOW, workflowIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import { formatDuration } from '../../core/text/duration.js';
import type { Store } from '../../store/store.js';
import { inTheClear } from '../../workers/payload-codec.js';
import { withSearchAttributes } from '../searches/attributes.js';
import { createSearchOptions } from '../searches/start-search.js';
import { withRanking } from '../searches/with-ranking.js';
import type { ReadSpecification } from '../specification/read-specification.js';
import { findSchedule } from './find-schedule.js';

/** What happens if it is time and the previous run has not ended. */
export const OVERLAPS = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
} as const;
export type Overlap = keyof typeof OVERLAPS;

export interface Timing {
  /** Five fields, or a word such as @daily. */
  readonly cron: string;
  /** An IANA name. */
  readonly timezone: string;
  /** The largest random delay after the time, in milliseconds. */
  readonly jitter: number;
  /** A missed run is started late if it is late by at most this many milliseconds. */
  readonly catchup: number;
  readonly overlap: Overlap;
}

/** The memo of a schedule: its times as they were written, since Temporal converts them to calendars. */
export interface ScheduleMemo {
  readonly cron: string;
  readonly timezone: string;
  readonly jitter: string;
}

interface CreateScheduleArguments {
  readonly client: Client;
  readonly store: Store;
  readonly name: string;
  readonly read: ReadSpecification;
  readonly timing: Timing;
}

export async function createSchedule({
  client,
  store,
  name,
  read,
  timing: { cron, timezone, jitter, catchup, overlap },
}: CreateScheduleArguments): Promise<void> {
  // Temporal refuses to replace the memo of a schedule, so the key of its creation would be needed for ever. The times
  // of a schedule are never encrypted.
  const memo: Record<keyof ScheduleMemo, RawValue> = {
    cron: inTheClear(cron),
    timezone: inTheClear(timezone),
    jitter: inTheClear(formatDuration(jitter)),
  };
  const spec = { cronExpressions: [checkCron(cron)], timezone, jitter };
  const action = await actionOf({ client, store, name, read });
  try {
    const handle = await withSearchAttributes({
      client,
      specification: read.specification,
      start: (attributes) =>
        client.schedule.create({
          scheduleId: name,
          spec,
          action: { ...action, ...attributes },
          policies: { overlap: OVERLAPS[overlap], catchupWindow: catchup, pauseOnFailure: true },
          memo,
        }),
    });
    const { info } = await handle.describe();
    if (info.nextActionTimes.length > 0) return;
    await handle.delete();
    throw SpecError.of({ path: 'cron', message: `found "${cron}"; such a time never comes` });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning)
      throw SpecError.of({
        path: 'schedule',
        message: `there is a schedule "${name}"; update it with another specification, or delete it`,
      });
    // The server parses the expression; the client reports its error as a TypeError.
    if (error instanceof TypeError)
      throw SpecError.of({
        path: 'cron',
        message: `found "${cron}"; ${error.message}; such as "0 2 * * *"`,
      });
    throw error;
  }
}

/**
 * Temporal reads the sixth of six fields as a year, where other programs read the first as seconds, so the
 * search would start at another time than intended.
 */
function checkCron(cron: string): string {
  const named = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/;
  if (named.test(cron) || /^[^\s@]\S*( +\S+){4}$/.test(cron)) return cron;
  throw SpecError.of({
    path: 'cron',
    message: `found "${cron}"; must be minute, hour, day of the month, month and day of the week, such as "0 2 * * *", or @daily and the like`,
  });
}

interface UpdateScheduleArguments {
  readonly client: Client;
  readonly store: Store;
  readonly name: string;
  readonly read: ReadSpecification;
}

/**
 * Replaces the specification from the next run on, for instance by one with a longer candidate list. The
 * times stay, and so does the run with which the next one is compared.
 */
export async function updateSchedule({ client, store, name, read }: UpdateScheduleArguments): Promise<void> {
  const { handle } = await findSchedule({ client, name });
  const action = await actionOf({ client, store, name, read });
  await withSearchAttributes({
    client,
    specification: read.specification,
    start: (attributes) =>
      handle.update((previous) => ({ ...previous, action: { ...action, ...attributes } })),
  });
}

interface ActionOfArguments {
  readonly client: Client;
  readonly store: Store;
  readonly name: string;
  readonly read: ReadSpecification;
}

/**
 * The action of each run, including the present candidates of a search that the specification names. Temporal
 * appends the time of each run to the workflow's id.
 */
async function actionOf({ client, store, name, read }: ActionOfArguments) {
  const resolved = await withRanking({ client, store, read });
  const { memo, ...options } = await createSearchOptions({ store, read: resolved });
  return {
    type: 'startWorkflow' as const,
    workflowType: SEARCH_WORKFLOW,
    workflowId: workflowIdOf(name),
    ...options,
    memo: { ...memo, schedule: name },
  };
}
