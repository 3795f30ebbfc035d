// Tests when a score worker counts as idle: not while it works, not just after a task that failed, not while Temporal is away, and whatever tasks it refuses.
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, expect, test, vi } from 'vitest';
import { createIdleClock } from '../../workers/idle-clock.js';

afterEach(() => void vi.useRealTimers());

const start = (answers: () => Promise<boolean> = async () => true) => {
  vi.useFakeTimers();
  return createIdleClock({ idleMs: 10_000, answers });
};

test('a worker without work is idle after the time, not before', async () => {
  const clock = start();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(clock.isOver.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(clock.isOver.aborted).toBe(true);
  clock.close();
});

test('a task holds the clock, and its end begins it anew', async () => {
  const clock = start();
  const { score } = clock.watch({
    score: () => new Promise<void>((resolve) => setTimeout(resolve, 30_000)),
  });
  const done = score();
  await vi.advanceTimersByTimeAsync(39_000);
  await done;
  expect(clock.isOver.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(clock.isOver.aborted).toBe(true);
  clock.close();
});

test.each(['OtherEngineError', 'NotPermittedError'])(
  'tasks that are refused do not keep a worker: %s',
  async (type) => {
    const clock = start();
    const refusal = ApplicationFailure.create({ message: 'left to others', type });
    const { score } = clock.watch({ score: async () => Promise.reject(refusal) });
    const again = setInterval(() => void score().catch(() => {}), 700);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(clock.isOver.aborted).toBe(true);
    clearInterval(again);
    clock.close();
  },
);

test('a task that fails after a long time begins the time anew, because it will come again', async () => {
  const clock = start();
  const { score } = clock.watch({
    score: () => new Promise<void>((_, reject) => setTimeout(() => reject(new Error('no store')), 30_000)),
  });
  const failed = score().catch(() => 'failed');
  await vi.advanceTimersByTimeAsync(39_000);
  expect(await failed).toBe('failed');
  expect(clock.isOver.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(clock.isOver.aborted).toBe(true);
  clock.close();
});

test('while Temporal does not answer nobody knows whether work is left', async () => {
  let isThere = false;
  const clock = start(async () => isThere);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(clock.isOver.aborted).toBe(false);
  isThere = true;
  await vi.advanceTimersByTimeAsync(12_000);
  expect(clock.isOver.aborted).toBe(true);
  clock.close();
});
