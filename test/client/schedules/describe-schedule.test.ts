// Tests how the runs of a schedule are described that Temporal no longer has, or cannot be asked about.
import { type Client, type ScheduleDescription, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { detailsOf } from '../../../client/schedules/describe-schedule.js';

/** A Temporal without searches that answers every question about one with this error. */
function clientWithout(error: Error): Client {
  async function* list() {}
  const getHandle = () => ({ describe: () => Promise.reject(error) });
  return { workflow: { getHandle, list } } as unknown as Client;
}

const description = {
  scheduleId: 'nightly',
  state: { paused: false },
  policies: { catchupWindow: 60_000, pauseOnFailure: false },
  info: {
    recentActions: [{ action: { workflow: { workflowId: 'search-nightly-1' } }, takenAt: new Date(0) }],
    nextActionTimes: [],
  },
  action: { memo: {} },
} as unknown as ScheduleDescription;

test('a run that was deleted is forgotten', async () => {
  const gone = new WorkflowNotFoundError('not found', 'search-nightly-1', undefined);
  const { runs } = await detailsOf({ client: clientWithout(gone), description });
  expect(runs).toMatchObject([{ id: 'nightly-1', state: 'forgotten' }]);
});

test('a server that does not answer is an error, and no run is said to be forgotten', async () => {
  const away = clientWithout(new Error('14 UNAVAILABLE'));
  await expect(detailsOf({ client: away, description })).rejects.toThrow('14 UNAVAILABLE');
});
