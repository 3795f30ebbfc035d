// Tests that a document with thousands of faults is checked quickly: twenty faults are named, the rest is
// counted.
import { expect, test, vi } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { parseTruth } from '../../../core/report/truth.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const counted = vi.hoisted(() => ({ distances: 0 }));
vi.mock('fastest-levenshtein', async (original) => {
  const { distance } = await original<typeof import('fastest-levenshtein')>();
  return {
    distance: (a: string, b: string) => {
      counted.distances++;
      return distance(a, b);
    },
  };
});

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 1] as const));

/** The messages for a document with so many faults, and the number of words that were compared. */
function complain(check: () => unknown): { lines: readonly string[]; distances: number } {
  counted.distances = 0;
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return { lines: (error as SpecError).message.split('\n'), distances: counted.distances };
  }
  throw new Error('was not refused');
}

const base = { name: 'a', space: { kind: 'nas-bench-201' } };
const specification = (change: object) => () =>
  checkSpecification({ value: { ...base, ...change }, source: 'spec.yaml' });

test.each<[string, (faults: object) => () => unknown]>([
  ['of a specification', specification],
  [
    'of a kind that is known',
    (faults) => specification({ strategy: { kind: 'random', samples: 5, ...faults } }),
  ],
  ['of a kind that is unknown', (faults) => specification({ space: { kind: 'none', ...faults } })],
  ['of weights', (faults) => specification({ aggregation: { weights: faults } })],
  ['of a definition', (faults) => () => checkDefinition({ value: faults, source: 'space.yaml' })],
])(
  'unknown keys %s: twenty are explained, whether there are a thousand or eighty thousand',
  (_, documentWith) => {
    const few = complain(documentWith(many(1_000)));
    const lots = complain(documentWith(many(80_000)));
    expect(lots.lines).toHaveLength(21);
    expect(lots.lines.slice(0, 20)).toEqual(few.lines.slice(0, 20));
    const rest = (lines: readonly string[]) =>
      Number(/^and ([\d,]+) more$/.exec(lines[20]!)![1]!.replaceAll(',', ''));
    expect(rest(lots.lines) - rest(few.lines)).toBe(79_000);
    expect(lots.distances).toBe(few.distances);
  },
);

test('the count says how many faults are not shown', () => {
  const { lines } = complain(specification(many(80_000)));
  expect(lines.at(-1)).toBe('and 79,980 more');
  const one = complain(specification({ ...many(20), seed: -1 }));
  expect(one.lines).toHaveLength(21);
  expect(one.lines.at(-1)).toBe('and 1 more');
});

test('entries of a list: as many are explained as of keys', () => {
  const proxies = Array.from({ length: 50_000 }, (_, i) => `proxy${i}`);
  const { lines } = complain(specification({ proxies }));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('and 49,980 more');
});

test('a table of 300,000 columns is looked at once', () => {
  const names = Array.from({ length: 300_000 }, (_, i) => `c${i}`);
  const text = `arch,${names.join(',')},c0\nx${',1'.repeat(names.length + 1)}\n`;
  // Comparing each name with every other one took minutes. CPU time is used because other processes delay the
  // wall clock.
  const began = process.cpuUsage();
  expect(() => parseTruth({ text, source: 't.csv', parse: (text) => text })).toThrow(
    /column "c0" occurs twice/,
  );
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(10_000);
});
