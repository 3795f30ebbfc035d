// Tests that a person who was told of candidates that were set aside finds their reasons.
import { expect, test } from 'vitest';
import { formatSetAside } from '../../cli/render/set-aside.js';
import { failuresCsv } from '../../core/report/failures-csv.js';

const failures = [
  ...failuresCsv([
    { candidate: 'a', reason: 'error', detail: 'own-mine: it broke, "at once"' },
    { candidate: 'b', reason: 'crash', detail: 'its scorer was killed by SIGSEGV, 3 times' },
  ]),
].join('');

test('the file is named only where it was written; else the first reason and the command that writes it', () => {
  expect(formatSetAside({ failures, id: 'x', out: 'folder' })).toBe(
    'set aside: 2, with reasons in failures.csv',
  );
  expect(formatSetAside({ failures, id: 'x' })).toBe(
    'set aside: 2; the first: error: own-mine: it broke, "at once"; zeroscout results x --out DIR writes all reasons to failures.csv',
  );
});

test('nothing is said where nothing was set aside', () => {
  expect(formatSetAside({ failures: [...failuresCsv([])].join(''), id: 'x' })).toBeUndefined();
});
