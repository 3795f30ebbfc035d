// Starts runs of a schedule outside of its times: one now, or those of a past period.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { optionalDateToTs, optionalTsToDate } from '@temporalio/common/lib/time.js';
import { searchIdOf } from '../../core/contract/search-queues.js';
import { ServiceError, SpecError } from '../../core/errors.js';
import { describeFound } from '../../core/text/show.js';
import { overlapOf, runOf } from './describe-schedule.js';
import { findSchedule } from './find-schedule.js';

/** How long a requested run may take to appear. */
const APPEARS_MS = 10_000;
const LOOK_MS = 200;
/** The most runs that one backfill starts. */
const MOST_RUNS = 10_000;

interface Named {
  readonly client: Client;
  readonly name: string;
}

/**
 * A run that somebody asked for: the id of its search, or, if it waits, that of the search after whose end it
 * starts (overlap policy `buffer-one`).
 */
export type RequestedRun = { readonly id: string } | { readonly id: null; readonly after: string };

/** Temporal answers before the run exists, without its id. */
export async function runScheduleNow({ client, name }: Named): Promise<RequestedRun> {
  const { handle, description } = await findSchedule({ client, name });
  const before = description.info;
  const waits = description.policies.overlap === ScheduleOverlapPolicy.BUFFER_ONE;
  // By default a trigger ignores running searches, and its result is not passed to the next run for
  // comparison.
  await handle.trigger(description.policies.overlap);
  for (const deadline = Date.now() + APPEARS_MS; Date.now() < deadline; ) {
    const { info, raw } = await handle.describe();
    const newest = info.recentActions.at(-1);
    if (info.numActionsTaken > before.numActionsTaken && newest) return { id: runOf(newest).id };
    const running = info.runningActions.map(({ workflow }) => searchIdOf(workflow.workflowId)).join(', ');
    // Temporal puts any run into the buffer for a moment; with other policies it leaves the run out, or starts it.
    if (waits && running && Number(raw.info?.bufferSize ?? 0) > 0) return { id: null, after: running };
    if (info.numActionsSkippedOverlap > before.numActionsSkippedOverlap)
      throw SpecError.of({
        path: 'schedule',
        message: `"${name}" started nothing: ${running || 'its last run'} goes on still, and its overlap policy is ${overlapOf(description)}`,
      });
    await sleep(LOOK_MS);
  }
  throw new ServiceError({
    reason: 'timed-out',
    address: 'Temporal',
    fault: `schedule "${name}" started no run within ${APPEARS_MS / 1_000} s; it may start yet`,
  });
}

/**
 * Starts the runs between two times, one after the other, and returns how many. Only deleting the schedule stops
 * them, so a period that lies in the future, or has no run or far too many, is refused.
 */
export async function backfillSchedule({
  client,
  name,
  from,
  to,
}: Named & { readonly from: Date; readonly to: Date }): Promise<number> {
  checkTime('from', from);
  checkTime('to', to);
  if (from > to)
    throw SpecError.of({
      path: 'from',
      message: `${from.toISOString()} is after ${to.toISOString()}, the last time; must be before`,
    });
  if (to.getTime() > Date.now())
    throw SpecError.of({
      path: 'to',
      message: `${to.toISOString()} lies in the future; a backfill starts the runs of a past period`,
    });
  const { handle, description } = await findSchedule({ client, name });
  // Temporal omits a run exactly at the start, and one whose jitter moves it beyond the end.
  const start = new Date(from.getTime() - 1);
  const end = new Date(to.getTime() + (description.spec.jitter ?? 0));
  const runs = await countRuns({ client, name, start, end });
  const period = `between ${from.toISOString()} and ${to.toISOString()}`;
  if (runs === 0) throw SpecError.of({ path: 'from', message: `"${name}" has no run ${period}` });
  if (runs > MOST_RUNS)
    throw SpecError.of({
      path: 'from',
      message: `"${name}" has more than ${MOST_RUNS} runs ${period}; ask for shorter periods`,
    });
  await handle.backfill({ start, end, overlap: ScheduleOverlapPolicy.BUFFER_ALL });
  return runs;
}

/** The number of runs in a period, counted until there are too many. Temporal lists a thousand at a time. */
async function countRuns({
  client,
  name,
  start,
  end,
}: Named & { readonly start: Date; readonly end: Date }): Promise<number> {
  const { namespace } = client.options;
  const endTime = optionalDateToTs(end)!;
  let runs = 0;
  for (let after: Date | undefined = start; after && runs <= MOST_RUNS; ) {
    const startTime = optionalDateToTs(after)!;
    const given = { namespace, scheduleId: name, startTime, endTime };
    const times = (await client.workflowService.listScheduleMatchingTimes(given)).startTime;
    runs += times.length;
    after = optionalTsToDate(times.at(-1));
  }
  return runs;
}

/** Programs in JavaScript may pass texts, or nothing. */
function checkTime(field: 'from' | 'to', time: unknown): void {
  if (time instanceof Date && !Number.isNaN(time.getTime())) return;
  const found = time instanceof Date ? 'found an invalid Date' : describeFound(time);
  throw SpecError.of({ path: field, message: `${found}; must be a Date` });
}
