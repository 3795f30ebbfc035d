// Tests how durations and times are written for people.
import { expect, test } from 'vitest';
import { formatDuration, formatTime } from '../../client/format-time.js';

test('durations and times', () => {
  const durations = [0, 59_499, 59_500, 3_599_000, 3_600_000, 86_399_000, 86_400_000, 100 * 3_600_000];
  expect(durations.map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '23 h 59 min',
    '1 d 0 h',
    '4 d 4 h',
  ]);
  const time = new Date(2026, 10, 24, 14, 2).getTime();
  expect(formatTime({ time, now: time + 60_000 })).toBe('14:02');
  expect(formatTime({ time, now: time + 86_400_000 })).toBe('2026-11-24 14:02');
});
