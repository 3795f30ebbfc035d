// Tests the line that tells how far the measurement of latencies is, and that it can be stopped at any time.
import { expect, test } from 'vitest';
import { describeMeasured, followMeasuring } from '../../../client/latency/follow-measuring.js';

test('the number of candidates is named once it is known', () => {
  expect(describeMeasured()).toBe('measuring latency');
  expect(describeMeasured({ taken: 0 })).toBe('measuring latency');
  expect(describeMeasured({ taken: 2, wanted: 20 })).toBe('measuring latency: 2 of 20 candidates');
});

test.each([
  [1, 'a measurement that was stopped while it was started ends, on the server too', true],
  [0, 'whoever waits for the measurement of somebody else does not end it', false],
])('%d terminated: %s', async (wanted, _, isOwn) => {
  let terminated = 0;
  const handle = {
    result: () => new Promise(() => {}),
    terminate: async () => {
      terminated += 1;
    },
  };
  const measuring = { client: {}, handle, isOwn, stop: AbortSignal.abort(), isLocal: true, onStep: () => {} };
  type Following = Parameters<typeof followMeasuring>[0];
  expect(await followMeasuring(measuring as unknown as Following)).toBe('stopped');
  expect(terminated).toBe(wanted);
});
