// Tests how the page writes numbers, durations and files.
import { describe, expect, it } from 'vitest';
import * as inReports from '../../core/text/display-numbers.js';
import { csvOf } from '../../page/text/csv.js';
import { describeSum } from '../../page/text/describe-sum.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatValue,
} from '../../page/text/format.js';
import { createRates } from '../../page/views/searches/rates.js';

it('writes numbers with four digits, and says what is no number', () => {
  expect([0, 1, -1.23456, 1e-7, 15_625, 58_900_000, 1.5e9, 9999].map(formatValue)).toEqual([
    '0',
    '1',
    '−1.235',
    '1.00e−7',
    '15.63 k',
    '58.9 M',
    '1.5 G',
    '9999',
  ]);
  expect([null, undefined, 'inf', '-inf', 'a<b'].map(formatValue)).toEqual(['–', '–', '∞', '−∞', 'a<b']);
});

it('writes the two largest units of a duration', () => {
  expect([0.2, 59, 60, 3_661, 90_000, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual([
    '< 1 s',
    '59 s',
    '1 min',
    '1 h 1 min',
    '1 d 1 h',
    '–',
  ]);
  expect([0, 0.0004, 0.034, 0.5].map(formatPercent)).toEqual(['0 %', '< 0.1 %', '3.4 %', '50 %']);
});

it('writes a CSV that a spreadsheet does not run', () => {
  const rows = [
    { rank: 1, candidate: '=cmd()', score: '-inf' },
    { rank: 2, candidate: 'a,"b"', score: null },
  ] as const;
  expect(csvOf(['rank', 'candidate', 'score'], rows)).toBe(
    'rank,candidate,score\n1,\'=cmd(),-inf\n2,"a,""b""",\n',
  );
});

describe('rates', () => {
  const at = (done: number, planned = 100) => [
    { id: 'a', ended: null, counts: { candidates: 100, planned, done, failed: 0 } },
  ];

  it('is what was scored within the last minute', () => {
    const rates = createRates();
    rates.note(at(0), 0);
    expect(rates.of({ id: 'a' })).toBeUndefined();
    rates.note(at(20), 10_000);
    expect(rates.of({ id: 'a' })).toEqual({ perSecond: 2, left: 40 });
  });

  it('begins anew with the next stage', () => {
    const rates = createRates();
    rates.note(at(0), 0);
    rates.note(at(90), 10_000);
    rates.note(at(5, 50), 11_000);
    expect(rates.of({ id: 'a' })).toBeUndefined();
  });
});

it('writes sizes with binary units', () => {
  expect([0, 1, 1023, 1024, 1_500_000, 2 ** 40, 5 * 2 ** 50].map(formatBytes)).toEqual([
    '0 B',
    '1 B',
    '1023 B',
    '1.00 KiB',
    '1.43 MiB',
    '1.00 TiB',
    '5120 TiB',
  ]);
});

it('reports write numbers as the page does', () => {
  const numbers = [0, 1, -1.23456, 1e-7, 15_625, 58_900_000, 1.5e9, 9999, -2e16, 0.5, 59, 3_661, 90_000];
  for (const [inReport, onPage] of [
    [inReports.formatNumber, formatNumber],
    [inReports.formatCount, formatCount],
    [inReports.formatPercent, formatPercent],
    [inReports.formatDuration, formatDuration],
  ] as const)
    expect(numbers.map(inReport)).toEqual(numbers.map(onPage));
});

it('says how a score is computed, by ranks that are averaged over the draws', () => {
  const weights = { expressivity: 2 };
  expect(describeSum({ kind: 'log-rank', weights })).toContain(
    "the logarithm of the proxy's rank, which is averaged",
  );
  expect(describeSum({ kind: 'linear-rank', weights })).not.toContain('logarithm');
  expect(describeSum(null)).toContain('A calibration');
});
