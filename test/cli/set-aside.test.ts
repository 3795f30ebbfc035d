// Tests that a person who was told of candidates that were set aside finds their reasons.
import { expect, test } from 'vitest';
import { formatSetAside } from '../../cli/render/set-aside.js';
import { failuresCsv } from '../../core/report/failures-csv.js';
import type { Summary } from '../../core/report/summary.js';

const failures = [
  ...failuresCsv([
    { candidate: 'a', reason: 'error', detail: 'own-mine: it broke, "at once"' },
    { candidate: 'b', reason: 'crash', detail: 'its scorer was killed by SIGSEGV, 3 times' },
  ]),
].join('');

const summaryOf = (failed: number) => ({ id: 'x', failed }) as Summary;

test('the file is named only where it was written; else the first reason and the command that writes it', () => {
  expect(formatSetAside({ failures, summary: summaryOf(2), out: 'folder' })).toBe(
    'set aside: 2, with reasons in failures.csv',
  );
  expect(formatSetAside({ failures, summary: summaryOf(2) })).toBe(
    'set aside: 2; the first: error: own-mine: it broke, "at once"; zeroscout results x --out DIR writes all reasons to failures.csv',
  );
});

test('nothing is said where nothing was set aside', () => {
  const none = [...failuresCsv([])].join('');
  expect(formatSetAside({ failures: none, summary: summaryOf(0) })).toBeUndefined();
});

test('of a screening, those of all rounds are counted, and the file has those of the last', () => {
  const none = [...failuresCsv([])].join('');
  expect(formatSetAside({ failures: none, summary: summaryOf(3) })).toBe(
    'set aside: 3, in rounds before the last',
  );
  expect(formatSetAside({ failures, summary: summaryOf(3), out: 'folder' })).toBe(
    'set aside: 3, with reasons of the last round in failures.csv',
  );
});
