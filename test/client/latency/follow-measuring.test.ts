// Tests the line that tells how far the measurement of latencies is.
import { expect, test } from 'vitest';
import { describeMeasured } from '../../../client/latency/follow-measuring.js';

test('the number of candidates is named once it is known', () => {
  expect(describeMeasured()).toBe('measuring latency');
  expect(describeMeasured({ taken: 0 })).toBe('measuring latency');
  expect(describeMeasured({ taken: 2, wanted: 20 })).toBe('measuring latency: 2 of 20 candidates');
});
