// Tests how the page writes numbers, durations and files.
import { describe, expect, it } from 'vitest';
import * as inReports from '../../core/text/display-numbers.js';
import { accuraciesOf, csvOf } from '../../page/text/csv.js';
import { describeSum } from '../../page/text/describe-sum.js';
import {
  formatBytes,
  formatCorrelation,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatValue,
} from '../../page/text/format.js';
import { orderProxies } from '../../page/text/order-proxies.js';
import { placeOf } from '../../page/text/place-of.js';
import { summaryFacts } from '../../page/text/summary-facts.js';
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
  // A number that is rounded up to the next unit has that unit.
  const rounded = [9999.4, 9999.96, -9999.96, 999_960, 999.96e6, 999.96e9, 999.96e12, 0.00099996];
  expect(rounded.map(formatValue)).toEqual([
    '9999',
    '10 k',
    '−10 k',
    '1 M',
    '1 G',
    '1 T',
    '1.00e+15',
    '0.001',
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
  expect([0.0994, 0.0996, 0.1, 0.999, 1].map(formatPercent)).toEqual([
    '9.9 %',
    '10 %',
    '10 %',
    '100 %',
    '100 %',
  ]);
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

it.each([
  ['in another order of columns', 'acc,arch\n70,a\n80.5,b\n'],
  ['with spaces and quotes', 'arch, acc \r\na , 70\r\n"b","80.5"\r\n'],
  ['with old line ends, and costs', 'arch,parameters,acc\ra,5,70\rb,6,80.5\rc,7,\r'],
  ['that is a ranking', 'rank,candidate,acc\n1,a,70\n2,b,80.5\n3,c,-inf\n'],
])('finds the accuracies in a table %s', (_, text) => {
  expect([...accuraciesOf(text, 'acc')]).toEqual([
    ['a', 70],
    ['b', 80.5],
  ]);
});

it('writes a correlation with a minus sign, and none before 0', () => {
  expect([-0.004, -0.27, 1, null].map((value) => formatCorrelation(value, 2))).toEqual([
    '0.00',
    '−0.27',
    '1.00',
    '–',
  ]);
});

it('says that functions of a screening are those of its last round', () => {
  const counts = { candidates: 60, scored: 60, reused: 0, failed: 0, classes: 11, shared: 1 };
  const rounds = [60, 31, 12].map((candidates) => ({ candidates, reused: 0, failed: 0, seconds: 1 }));
  const namesOf = (more: object) =>
    summaryFacts({ ...counts, millisecondsPerCandidate: 0, ...more } as never).map(([name]) => name);
  expect(namesOf({ rounds })).toContain('distinct functions in the last round');
  expect(namesOf({})).toContain('distinct functions');
});

it.each([
  [{}, ''],
  [{ line: 4, column: 1 }, 'line 4, column 1: '],
  [{ file: 'space', line: 4 }, 'line 4: '],
  [{ file: 'cell.yaml', line: 3, key: 'stages[2].width' }, 'cell.yaml, line 3, stages[2].width: '],
])('says where a mistake is: %j', (place, text) => {
  expect(placeOf({ path: 'space', message: 'found 0', ...place })).toBe(text);
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
  const numbers = [
    0, 1, -1.23456, 1e-7, 15_625, 58_900_000, 1.5e9, 9999, -2e16, 0.5, 59, 3_661, 90_000, 9999.96, 0.0996,
  ];
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

describe('orderProxies', () => {
  const names = ['rank', 'candidate', 'score', 'trainability', 'complexity', 'depth', 'parameters'];
  const nameOf = (name: string) => name;

  it('puts the proxies of the ranking in its order, and everything else around them', () => {
    const weights = { depth: 2, complexity: 1, trainability: 0.5, naswot: 1 };
    expect(orderProxies({ items: names, nameOf, weights })).toEqual([
      'rank',
      'candidate',
      'score',
      'depth',
      'complexity',
      'trainability',
      'parameters',
    ]);
  });

  it('changes nothing without weights', () => {
    expect(orderProxies({ items: names, nameOf })).toEqual(names);
    expect(orderProxies({ items: names, nameOf, weights: {} })).toEqual(names);
  });
});
