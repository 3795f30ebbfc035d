// Tests that as many tasks are processed at a time as asked for, and that none begins after the first error.
import { setImmediate } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { workConcurrently } from '../../activities/work-concurrently.js';

/** Processes ten tasks, two at a time. */
function run(work: (task: number) => Promise<void>): Promise<unknown> {
  const environment = new MockActivityEnvironment();
  const tasks = Array.from({ length: 10 }, (_, i) => i).values() as Generator<number>;
  return environment.run(() => workConcurrently({ concurrency: 2, tasks, work }));
}

test('all tasks, two at a time', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await run(async (task) => {
    most = Math.max(most, ++running);
    await setImmediate();
    running--;
    done.push(task);
  });
  expect([done.length, most]).toEqual([10, 2]);
});

test('after an error nothing more begins, also not where another task was still at work', async () => {
  const begun: number[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const all = run(async (task) => {
    begun.push(task);
    if (task === 0) throw new Error('no quorum');
    await released;
  });
  await expect(all).rejects.toThrow('no quorum');
  release();
  await setImmediate();
  expect(begun).toEqual([0, 1]);
});
