// Tests correlations against SciPy's values (test/fixtures/correlation.py) and against their definitions on random columns.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kendall, spearman } from '../../../core/ranking/correlation.js';

type Encoded = number | string;
interface Fixture {
  readonly scipy: string;
  readonly cases: readonly Readonly<{ x: Encoded[]; y: Encoded[]; kendall: Encoded; spearman: Encoded }>[];
}

const file = new URL('../../fixtures/correlation.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

function decode(value: Encoded): number {
  return value === '-inf' ? -Infinity : value === 'inf' ? Infinity : Number(value);
}

function agree(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(Math.abs(actual - expected)).toBeLessThan(1e-12);
}

describe(`against SciPy ${fixture.scipy}`, () => {
  it.each(fixture.cases.map((fact, index) => [index, fact.x.length, fact] as const))(
    'case %i, n = %i',
    (_, __, fact) => {
      const x = fact.x.map(decode);
      const y = fact.y.map(decode);
      agree(kendall(x, y), decode(fact.kendall));
      agree(spearman(x, y), decode(fact.spearman));
    },
  );
});

const value = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(-Infinity) },
);
const columns = fc
  .array(fc.tuple(value, value), { minLength: 2, maxLength: 40, size: 'max' })
  .map((rows) => ({ x: rows.map(([a]) => a), y: rows.map(([, b]) => b) }));

describe('kendall', () => {
  it('is the definition over all pairs', () => {
    fc.assert(
      fc.property(columns, ({ x, y }) => {
        agree(kendall(x, y), plain(x, y));
      }),
    );
  });

  function plain(x: readonly number[], y: readonly number[]): number {
    let difference = 0;
    let untiedX = 0;
    let untiedY = 0;
    for (let i = 0; i < x.length; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const dx = Number(x[i]! > x[j]!) - Number(x[i]! < x[j]!);
        const dy = Number(y[i]! > y[j]!) - Number(y[i]! < y[j]!);
        difference += dx * dy;
        untiedX += dx * dx;
        untiedY += dy * dy;
      }
    }
    return difference / Math.sqrt(untiedX * untiedY);
  }
});

/** A monotonic map that preserves every order and tie: the cube of the index among the distinct values. */
function grown(x: readonly number[]): number[] {
  const steps = [...new Set(x)].sort((a, b) => (a < b ? -1 : 1));
  return x.map((v) => steps.indexOf(v) ** 3);
}

describe.each([
  ['kendall', kendall],
  ['spearman', spearman],
] as const)('%s', (_, correlate) => {
  it('is symmetric, odd, and blind to increasing maps and to the order of rows', () => {
    fc.assert(
      fc.property(columns, ({ x, y }) => {
        const base = correlate(x, y);
        agree(correlate(y, x), base);
        const mirrored = y.map((v) => -v);
        agree(correlate(x, mirrored), -base);
        agree(correlate(grown(x), y), base);
        agree(correlate([...x].reverse(), [...y].reverse()), base);
      }),
    );
  });

  it('is exactly 1 and -1 at the ends, NaN for a constant', () => {
    const up = Array.from({ length: 1000 }, (_, i) => i / 7);
    expect(correlate(up, up)).toBe(1);
    expect(
      correlate(
        up,
        up.map((v) => -v),
      ),
    ).toBe(-1);
    expect(correlate([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(correlate([-Infinity, -Infinity], [1, 2])).toBeNaN();
  });

  it('refuses unequal lengths and fewer than two values', () => {
    expect(() => correlate([1, 2], [1, 2, 3])).toThrow('columns of 2 and 3 values');
    expect(() => correlate([1], [1])).toThrow('needs two values');
  });

  it('takes 100,000 rows in a moment', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 1009);
    const y = Float64Array.from({ length: 100_000 }, (_, i) => (i * 104_729) % 9973);
    expect(Math.abs(correlate(x, y))).toBeLessThan(0.05);
  });
});
