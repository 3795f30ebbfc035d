// Tests what a person hears who asks for a run of a schedule while another one goes on.
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { expect, test } from 'vitest';
import { runScheduleNow } from '../../../client/schedules/run-schedule.js';
import { SEARCH_WORKFLOW } from '../../../core/contract/search-queues.js';

const workflow = { type: 'workflow', workflow: { workflowId: 'search-nightly-2026-11-30T14:53:44Z' } };

/** A schedule whose run goes on, and which skips the one that is asked for. */
function scheduleWith(overlap: ScheduleOverlapPolicy) {
  let skipped = 0;
  const describe = async () => ({
    action: { workflowType: SEARCH_WORKFLOW },
    policies: { overlap },
    info: {
      recentActions: [],
      numActionsTaken: 1,
      numActionsSkippedOverlap: skipped,
      runningActions: [workflow],
    },
  });
  const trigger = async () => {
    skipped += 1;
  };
  const client = { schedule: { getHandle: () => ({ describe, trigger }) } };
  return client as unknown as Parameters<typeof runScheduleNow>[0]['client'];
}

test.each([
  [
    ScheduleOverlapPolicy.SKIP,
    '"nightly" started nothing: nightly-2026-11-30T145344Z goes on still, and its overlap policy is skip',
  ],
  [
    ScheduleOverlapPolicy.BUFFER_ONE,
    '"nightly" starts its run when nightly-2026-11-30T145344Z has ended, since its overlap policy is buffer-one',
  ],
])(
  '%s: the run that goes on has the id of its search, and the policy its own name',
  async (overlap, message) => {
    const running = runScheduleNow({ client: scheduleWith(overlap), name: 'nightly' });
    await expect(running).rejects.toMatchObject({ issues: [{ path: 'schedule', message }] });
  },
);
