// Tests that telemetry is off for every value of ORT_DISABLE_TELEMETRY except an explicit no.
import { expect, test } from 'vitest';
import { withoutTelemetry } from '../../engine/telemetry.js';

test.each([undefined, '', '1', 'true', 'maybe', '2', ' '])('%j keeps telemetry off', (value) => {
  expect(withoutTelemetry({ ORT_DISABLE_TELEMETRY: value, A: 'b' })).toEqual({
    ORT_DISABLE_TELEMETRY: '1',
    A: 'b',
  });
});

test.each(['0', 'false', 'No', ' off '])('%j is the word of a user', (value) => {
  expect(withoutTelemetry({ ORT_DISABLE_TELEMETRY: value })).toEqual({ ORT_DISABLE_TELEMETRY: '0' });
});
