// Tests what a long step reports of its progress: candidates that were drawn, rejected, taken and measured.
import { expect, test } from 'vitest';
import {
  createRejectionCounter,
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
