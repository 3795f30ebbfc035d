// Tests that every column and key of a search's files is explained, in the order of the files.
import { expect, test } from 'vitest';
import { failuresCsv } from '../../../core/report/failures-csv.js';
import { FAILURE_COLUMNS, RANKING_COLUMNS, SUMMARY_MEANINGS } from '../../../core/report/file-formats.js';
import { rankingHeader } from '../../../core/report/ranking-csv.js';
import { SUMMARY_KEYS } from '../../../core/report/summary.js';
import { PROXIES } from '../../../core/specification/families.js';

test('ranking.csv has the columns that are explained, in their order', () => {
  const header = rankingHeader({
    cohort: 'classes',
    columns: ['class', 'latency'],
    proxies: PROXIES,
  });
  expect(header.trim().split(',')).toEqual(Object.keys(RANKING_COLUMNS));
});

test('failures.csv has the columns that are explained, in their order', () => {
  expect([...failuresCsv([])].join('').trim().split(',')).toEqual(Object.keys(FAILURE_COLUMNS));
});

test('every key of summary.json is explained', () => {
  expect([...SUMMARY_KEYS].sort()).toEqual(Object.keys(SUMMARY_MEANINGS).sort());
});
