// Tests that the list of schedules leaves out those that were deleted while it was read.
import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { textOfSchedules } from '../../../client/retention/references.js';
import { describeSchedules } from '../../../client/schedules/find-schedule.js';
import { SEARCH_WORKFLOW } from '../../../core/contract/search-queues.js';

/** A client of a server that still lists the schedules `gone`. */
function clientOf(names: readonly string[], gone: readonly string[]): Client {
  async function* list() {
    for (const scheduleId of names) yield { scheduleId, action: { workflowType: SEARCH_WORKFLOW } };
  }
  const getHandle = (scheduleId: string) => ({
    describe: async () => {
      if (gone.includes(scheduleId)) throw new ScheduleNotFoundError('no such schedule', scheduleId);
      return { scheduleId, policies: {}, action: { args: [`input of ${scheduleId}`] } };
    },
  });
  return { schedule: { list, getHandle } } as unknown as Client;
}
const names = Array.from({ length: 20 }, (_, i) => `night-${String(i).padStart(2, '0')}`);

test('a schedule that is listed and was deleted is left out, and a page is full all the same', async () => {
  const gone = [names[1]!, names[4]!, names[12]!];
  const rest = names.filter((name) => !gone.includes(name));
  const client = clientOf([...names].reverse(), gone);
  const idsOf = (found: Awaited<ReturnType<typeof describeSchedules>>) =>
    found.map(({ scheduleId }) => scheduleId);
  expect(idsOf(await describeSchedules(client))).toEqual(rest);
  expect(idsOf(await describeSchedules(client, { limit: 5 }))).toEqual(rest.slice(0, 5));
  expect(idsOf(await describeSchedules(client, { after: names[3]!, limit: 10 }))).toEqual(rest.slice(3, 13));
  expect(idsOf(await describeSchedules(client, { limit: 0 }))).toEqual([]);
});

test('the texts of schedules are those that are left', async () => {
  const text = await textOfSchedules(clientOf(['one', 'two'], ['one']));
  expect(text).toBe(JSON.stringify([[], ['input of two']]));
});
