// Tests which ids of searches and names of schedules are allowed.
import { expect, test } from 'vitest';
import { checkName } from '../../../client/schedules/find-schedule.js';
import { checkWorkflowId } from '../../../client/searches/find-search.js';
import { workflowIdOf } from '../../../core/contract/search-queues.js';
import { SpecError } from '../../../core/errors.js';
import { formatProgressSubject } from '../../../store/progress.js';

const HOSTILE = [
  ...[
    '',
    '.',
    '..',
    '../../cli/x',
    'a/b',
    'a\\b',
    'a.b',
    'a b',
    'a*',
    '>',
    '*',
    '$JS',
    'ä',
    'a\n',
    '\u0000',
    '-a',
    '_a',
  ],
  ...['a;b', "a'b", 'a"b', '$(a)', '`a`', 'a\u202Eb', 'a%2Fb', 'x'.repeat(101)],
];

test.each(HOSTILE)('%j is refused as id and as name', (text) => {
  expect(() => checkWorkflowId(text)).toThrow(SpecError);
  expect(() => checkName(text)).toThrow(SpecError);
  // Progress never throws: a name that cannot be a subject token is replaced by its digest.
  expect(formatProgressSubject(text)).toMatch(/^zeroscout\.progress\.[A-Za-z0-9_-]+$/);
});

test('an error names the argument that was wrong', () => {
  expect(() => checkWorkflowId('a b', 'RUN_B')).toThrow(
    expect.objectContaining({ field: 'RUN_B', message: expect.stringMatching(/"a b".*\b100\b/) }),
  );
  expect(() => checkWorkflowId('a b', 'id')).toThrow(expect.objectContaining({ field: 'id' }));
  expect(() => checkWorkflowId('a b', 'earlier')).toThrow(expect.objectContaining({ field: 'earlier' }));
});

test.each(['a', 'A-1_b', '7', 'nightly-2026-11-24T010000Z'])('%s is taken', (text) => {
  expect(checkWorkflowId(text)).toBe(workflowIdOf(text));
  expect(checkName(text)).toBe(text);
  expect(formatProgressSubject(text)).toBe(`zeroscout.progress.${text}`);
});
