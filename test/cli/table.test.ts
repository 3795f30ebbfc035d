// Tests that tables fit the screen: numbers are whole and right-aligned, text is cut in the middle.
import { afterEach, expect, test } from 'vitest';
import { formatBar } from '../../cli/render/follow-view.js';
import { formatRankingTable } from '../../cli/render/results.js';
import { createTable, shorten } from '../../cli/render/table.js';
import { formatWaiting } from '../../cli/render/waiting.js';
import type { LiveProgress } from '../../client/searches/follow-search.js';
import { openSpace } from '../../core/spaces/index.js';

const locale = process.env.LC_ALL;
afterEach(() => {
  process.env.LC_ALL = locale;
  if (locale === undefined) delete process.env.LC_ALL;
});

test('numbers are right-aligned, text is left-aligned, nothing is cut without a screen', () => {
  const table = createTable(['candidate', 'score', 'size'], { width: Number.POSITIVE_INFINITY });
  table.push(['a'.repeat(200), '-1.5', '12 MB']);
  table.push(['b', '-12.25', '-']);
  const [head, first, second] = table.toString().split('\n');
  expect(head!.slice(200)).toBe('   score   size');
  expect(first).toBe(`${'a'.repeat(200)}    -1.5  12 MB`);
  expect(second).toBe(`b${' '.repeat(199)}  -12.25      -`);
});

test.each([
  ['en_US.UTF-8', '\u2026'],
  ['C', '...'],
])('a ranking of NAS-Bench-201 fits 80 columns, locale %s', (name, mark) => {
  process.env.LC_ALL = name;
  const { at } = openSpace({ kind: 'nas-bench-201' }).enumeration!;
  const row = {
    rank: 15_625,
    candidate: at(4711),
    score: -1234.5678,
    proxies: { expressivity: 28.123, progressivity: 0.1234, trainability: -0.1234, complexity: 285.29e6 },
    parameters: 1.073e6,
  };
  const lines = formatRankingTable([row], new Map(), { width: 80 }).split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  for (const number of ['15625', '-1234.5678', '28.123', '-0.1234', '285.29', '1.073'])
    expect(lines[1]).toContain(number);
  expect(lines[1]).toContain(mark);
  if (name === 'C') expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
  // Without a screen, the candidate is not shortened.
  expect(formatRankingTable([row], new Map(), { width: Number.POSITIVE_INFINITY })).toContain(row.candidate);
});

test('with latencies the spread goes before the candidate is cut to little', () => {
  const { at } = openSpace({ kind: 'nas-bench-201' }).enumeration!;
  const candidate = at(4711);
  const proxies = {
    expressivity: 28.123,
    progressivity: 0.1234,
    trainability: -0.1234,
    complexity: 285.29e6,
  };
  const row = { rank: 1, candidate, score: -0.2379, proxies, parameters: 1.073e6 };
  const latencies = new Map([[candidate, { latency: 12.34, low: 11.9, high: 13.1, runs: 20 }]]);
  const narrow = formatRankingTable([row], latencies, { width: 80 }).split('\n');
  for (const line of narrow) expect(line.length).toBeLessThanOrEqual(80);
  expect(narrow[0]).not.toContain('quartiles');
  expect(narrow.at(-1)).toContain('quartiles');
  expect(narrow[1]).toContain('12.3');
  expect(narrow[1]!.split(/\s{2,}/)[2]!.length).toBeGreaterThanOrEqual(20);
  expect(formatRankingTable([row], latencies, { width: 200 })).toContain('quartiles');
});

test('a text that is too long keeps both ends', () => {
  process.env.LC_ALL = 'C';
  expect(shorten({ text: 'abcdefghijkl', width: 9 })).toBe('abc...jkl');
  expect(shorten({ text: 'abc', width: 3 })).toBe('abc');
});

test('what follows the bar is whole words, as many as there is room for', () => {
  const progress = { phase: 'scoring', failed: 0, reused: 1234, planned: 9, done: 1, now: 1 } as LiveProgress;
  const speed = { rate: '12.3', left: '5 min 10 s' };
  const text = (room: number) => formatBar({ progress, speed, waiting: [], room });
  expect(text(80)).toBe('12.3/s  5 min 10 s left  0 failed  1234 reused');
  for (let room = 8; room < 60; room++) {
    expect(text(room).length).toBeLessThanOrEqual(room);
    expect('12.3/s  5 min 10 s left  0 failed  1234 reused'.split('  ')).toEqual(
      expect.arrayContaining(text(room).split('  ')),
    );
  }
  const waiting = [{ for: 'nats', message: 'NATS is away since 12 s, starting it again' }] as const;
  expect(formatBar({ progress, speed, waiting, room: 80 })).toBe(waiting[0].message);
  // Such as one that `services down` stopped, in another terminal.
  const stopped = { for: 'nats', message: 'NATS is away since 12 s', isRestarted: false } as const;
  expect(formatWaiting(stopped)).toBe(
    `${stopped.message}: start it; zeroscout services up starts embedded ones`,
  );
});
