// Describes a schedule: its times, whether and why it is paused, and the results of its runs.
import type { Client, ScheduleDescription, ScheduleExecutionResult } from '@temporalio/client';
import type { SearchMemo } from '../../core/contract/search.js';
import { searchIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import { formatDuration } from '../../core/text/duration.js';
import { findSearch, stateOf } from '../searches/find-search.js';
import type { ScheduleMemo } from './create-schedule.js';

/** The number of future times that are shown. */
const COMING = 5;

export const runOf = ({ action, takenAt }: ScheduleExecutionResult) => ({
  id: searchIdOf(action.workflow.workflowId),
  started: takenAt.toISOString(),
});

export function summaryOf({ scheduleId, memo, state, info }: ScheduleDescription) {
  const { cron, timezone } = (memo ?? {}) as Partial<ScheduleMemo>;
  const last = info.recentActions.at(-1);
  const why = state.paused ? explainPause(state.note) : {};
  return {
    name: scheduleId,
    cron: cron ?? '',
    timezone: timezone ?? '',
    state: state.paused ? 'paused' : 'active',
    ...why,
    next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    last: last ? runOf(last).id : null,
  };
}

/** The notes of a schedule that a person paused, including that of earlier versions. */
export const PAUSED_BY_HAND = 'somebody paused it';
const PAUSED_BEFORE = ['somebody paused it (zeroscout schedule pause)', 'zeroscout schedule pause'];

/**
 * Temporal's note for a run that failed: `paused due to workflow failure: search-nightly-...: Activity task
 * failed`.
 */
function explainPause(note: string | undefined): { note?: string; failedRun?: string } {
  if (!note) return {};
  const [, workflowId] = /^paused due to workflow (?:failure|timeout): (\S+Z)\b/.exec(note) ?? [];
  if (!workflowId) return { note: PAUSED_BEFORE.includes(note) ? PAUSED_BY_HAND : note };
  const failedRun = searchIdOf(workflowId);
  return { note: `failure of its run ${failedRun}`, failedRun };
}

/** The overlap policy, as it was named when the schedule was created. */
export const overlapOf = ({ policies }: ScheduleDescription): string =>
  (policies.overlap ?? 'skip').toLowerCase().replaceAll('_', '-');

/** The details of a schedule with the results of its recent runs, newest first. */
export async function detailsOf({
  client,
  description,
}: {
  readonly client: Client;
  readonly description: ScheduleDescription;
}) {
  const { info, policies, memo, action } = description;
  const { jitter } = (memo ?? {}) as Partial<ScheduleMemo>;
  const { specification } = action.memo as unknown as SearchMemo;
  const stateOfRun = (id: string) =>
    findSearch({ client, id }).then(
      ({ description }) => stateOf(description),
      (error: unknown) => {
        if (error instanceof SpecError) return 'forgotten';
        throw error;
      },
    );
  const recent = [...info.recentActions].reverse().map(runOf);
  return {
    ...summaryOf(description),
    jitter: jitter ?? '0s',
    overlap: overlapOf(description),
    catchup: formatDuration(policies.catchupWindow),
    pauseOnFailure: policies.pauseOnFailure,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
    coming: info.nextActionTimes.slice(0, COMING).map((time) => time.toISOString()),
    /** The number of runs that it has started, of which Temporal keeps only the last few. */
    started: info.numActionsTaken,
    runs: await Promise.all(recent.map(async (run) => ({ ...run, state: await stateOfRun(run.id) }))),
    specification,
  };
}

/** A schedule in a list. Times are ISO 8601. */
export type ScheduleRow = ReturnType<typeof summaryOf>;
/** A schedule with everything that is known about it. */
export type ScheduleDetails = Awaited<ReturnType<typeof detailsOf>>;
