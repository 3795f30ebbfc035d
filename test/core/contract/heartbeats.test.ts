// Tests how often shards report that they are alive.
import { expect, test } from 'vitest';
import { heartbeatTimeoutOf, paceOf } from '../../../core/contract/heartbeats.js';

test.each([1, 8, 100, 250])(
  '%i shards at once: lost ones are noticed after 15 s, bars move twice a second',
  (window) => {
    expect(heartbeatTimeoutOf(window)).toBe(15_000);
    expect(paceOf(15_000)).toEqual({ tickMs: 500, ticks: 6 });
  },
);

test.each([500, 1_000, 2_000])('%i shards at once send no more reports than 250', (window) => {
  const reports = (shards: number) => {
    const { tickMs, ticks } = paceOf(heartbeatTimeoutOf(shards));
    return (1_000 * shards) / (tickMs * ticks);
  };
  expect(reports(window)).toBeCloseTo(reports(250), 6);
  expect(reports(window)).toBeLessThan(85);
});

test('the widest window has five reports in two minutes', () => {
  expect(heartbeatTimeoutOf(10_000)).toBe(120_000);
  expect(paceOf(120_000)).toEqual({ tickMs: 4_000, ticks: 6 });
});
