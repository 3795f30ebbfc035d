// Tests whom a search notifies of its end: how often it tries, what it says, and when it says nothing.
import { expect, test } from 'vitest';
import { failureOf, resultOf, serveWorkflows, startSearch } from '../support/workflow-runs.js';

serveWorkflows();

const NOTIFY = { notify: { command: 'true', retries: 1 } };

test('a finished search says so once, with the schedule that started it', async () => {
  const play = await startSearch(NOTIFY, { memo: { schedule: 'nightly' } });
  expect(await resultOf(play)).not.toHaveProperty('notNotified');
  const news = play.inputs('notify').map(({ notification }) => notification);
  expect(news).toMatchObject([
    { event: 'search.completed', search: play.id, schedule: 'nightly', summary: 'summary' },
  ]);
});

test('a notification that fails is tried again as often as the specification says, and the search ends well', async () => {
  const play = await startSearch(NOTIFY, { notify: () => Promise.reject(new Error('nobody listens')) });
  expect(await resultOf(play)).toMatchObject({ ranking: 'ranking', notNotified: 'nobody listens' });
  expect(play.inputs('notify')).toHaveLength(2);
});

test('a failed search says why, and a cancelled one says nothing', async () => {
  const failed = await startSearch(NOTIFY, {
    rankCandidates: () => Promise.reject(failureOf('TerminalError')),
  });
  await expect(resultOf(failed)).rejects.toThrow();
  expect(failed.inputs('notify').map(({ notification }) => notification)).toMatchObject([
    { event: 'search.failed', failure: 'a TerminalError' },
  ]);
  expect((await failed.handle.describe()).memo).toMatchObject({ state: 'failed' });

  const cancelled = await startSearch(NOTIFY, {
    scoreShard: async () => {
      await cancelled.handle.cancel();
      return { scored: 2, reused: 0, failed: 0 };
    },
  });
  await expect(resultOf(cancelled)).rejects.toThrow();
  expect(cancelled.inputs('notify')).toEqual([]);
  expect((await cancelled.handle.describe()).memo).toMatchObject({ state: 'cancelled' });
});
