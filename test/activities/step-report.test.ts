// Tests what a long step reports of its progress: candidates that were drawn, rejected, taken and measured; and that it
// ends when it is cancelled.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  createRejectionCounter,
  createTurns,
  describeStep,
  reportMeasurements,
  withReport,
} from '../../activities/step-report.js';

test('candidates that meet the constraints are taken, and the others counted by what they break', async () => {
  const { rejection, counts } = createRejectionCounter((candidate) =>
    candidate === 'large' ? 'flops.max' : undefined,
  );
  const answers = [];
  for (const candidate of ['a', 'large', 'b', 'large', 'c']) answers.push(await rejection(candidate));
  expect(answers).toEqual([undefined, 'flops.max', undefined, 'flops.max', undefined]);
  expect(counts()).toEqual({ drawn: { proposed: 5, rejected: { 'flops.max': 2 }, duplicates: 0 }, taken: 3 });
});

test('a step reports nothing before it knows anything, and counts measurements that fail as well', async () => {
  const meter = reportMeasurements({
    machine: 'a',
    measure: async ({ candidate }) => {
      if (candidate === 'broken') throw new Error('it takes four images');
      return { latency: 1 };
    },
  });
  const measure = (candidate: string) =>
    meter.measure({ space: { kind: 'nas-bench-201' }, candidate, seed: 1, resolution: 32 });
  await withReport(async (report) => {
    expect(report()).toBeUndefined();
    await measure('whole');
    await expect(measure('broken')).rejects.toThrow();
    describeStep(() => ({ taken: 1, wanted: 2 }));
    expect(report()).toEqual({ taken: 1, wanted: 2, measured: 2 });
  });
  // Outside of a step nothing is reported to.
  expect(await measure('whole')).toEqual({ latency: 1 });
});

test('a step that is cancelled measures and draws no more', async () => {
  const stop = new AbortController();
  let measured = 0;
  const meter = reportMeasurements({
    machine: 'a',
    measure: async () => {
      measured += 1;
      if (measured === 2) stop.abort(new Error('cancelled'));
      return { latency: 1 };
    },
  });
  const step = async () => {
    for (let i = 0; i < 5; i++)
      await meter.measure({ space: { kind: 'nas-bench-201' }, candidate: 'a', seed: 1, resolution: 32 });
  };
  await expect(withReport(step, stop.signal)).rejects.toThrow('cancelled');
  expect(measured).toBe(2);
  const turns = withReport(async () => {
    const turn = createTurns();
    await sleep(100);
    await turn();
  }, stop.signal);
  await expect(turns).rejects.toThrow('cancelled');
});
