// Tests that a logger's JSON becomes an equivalent line for people.
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { formatLogLine } from '../../workers/log.js';

test('a line for people has time, level, role, message, fields; an error its stack', () => {
  const lines: string[] = [];
  const log = pino(
    { base: { pid: 7, role: 'score' } },
    { write: (line: string) => lines.push(formatLogLine(line)) },
  );
  log.warn({ search: 'nightly', shard: 3, candidate: '|a~0|' }, 'candidate set aside');
  log.error({ err: new Error('it fell') }, 'no luck');
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d {2}warn {3}score {2}candidate set aside {2}search=nightly {2}shard=3 {2}candidate=\|a~0\|\n$/,
  );
  expect(lines[1]).toMatch(/error {2}score {2}no luck\nError: it fell\n {4}at /);
});
