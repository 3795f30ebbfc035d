// Tests the generator against published values, and moments and independence of its numbers within standard errors.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../../core/ir/draw.js';
import { goldenDraw, goldenUniform } from '../../../core/ir/golden-draw.js';
import { keyWords, normal, type RandomKey, signs, uniform } from '../../../core/random/random.js';
import { permute, sample } from '../../../core/random/shuffle.js';
import { threefry } from '../../../core/random/threefry.js';

const N = 200_000;
/**
 * The number of standard errors that a statistic may deviate. One in fifteen million tests would fail by
 * chance, and keys are fixed.
 */
const MOST = 5;
const key: RandomKey = { seed: 1, draw: 0, name: 'block0.edge1 16x16x3x3' };

const mean = (values: ArrayLike<number>, of = (value: number) => value) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!);
  return sum / values.length;
};
/** Correlation of standardized, independent sequences has standard error 1 / sqrt(n). */
const correlation = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) sum += a[i]! * b[i]!;
  return sum / Math.sqrt(n);
};

describe('threefry2x32-20', () => {
  // Source: Random123, kat_vectors: counter, key, answer.
  it.each([
    [[0, 0], [0, 0], '6b200159 99ba4efe'],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '1cb996fc bb002be7'],
    [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], 'c4923a9c 483df7a0'],
  ] as const)('counter %s under key %s', ([start, high], [k0, k1], answer) => {
    const words = threefry({ key: [k0, k1], words: 2, start, high });
    expect([...words].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(answer);
  });

  it('words are addressed by their counter', () => {
    const all = threefry({ key: [5, 7], words: 64 });
    expect(threefry({ key: [5, 7], words: 8, start: 10 })).toEqual(all.slice(20, 28));
    expect(threefry({ key: [5, 7], words: 3 }).subarray(0, 3)).toEqual(all.slice(0, 3));
  });
});

describe('numbers made four counters at a time', () => {
  // Sizes around the number that is computed at once, and odd ones.
  it.each([1, 7, 100, 16_384, 33_001])('%i of them are those of the formulas, in float64', (length) => {
    const words = threefry({ key: keyWords(key), words: length });
    const expected = Float64Array.from({ length }, (_, i) => {
      const [a, b] = [words[i - (i % 2)]!, words[i - (i % 2) + 1]!];
      const angle = 2 * Math.PI * (b / 2 ** 32);
      const radius = Math.sqrt(-2 * Math.log((a + 0.5) / 2 ** 32));
      return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
    });
    const deviation = normal({ key, length, std: 1 }).map((value, i) => Math.abs(value - expected[i]!));
    expect(Math.max(...deviation)).toBeLessThan(3e-6);
    const bits = Array.from({ length }, (_, i) => ((words[i >> 5]! >>> (i & 31)) & 1 ? 1 : -1));
    expect([...signs({ key, length })]).toEqual(bits);
    const uniforms = Float32Array.from({ length }, (_, i) => (words[i]! + 0.5) * 2 ** -31 - 1);
    expect(uniform({ key, length, bound: 1 })).toEqual(uniforms);
  });

  it('of runs are those of the whole row', () => {
    const runs = [
      { start: 4, length: 7 },
      { start: 20_000, length: 17_001 },
    ];
    const length = 7 + 17_001;
    const row = normal({ key, length: 40_000, std: 1 });
    const wanted = runs.flatMap(({ start, length }) => [...row.subarray(start, start + length)]);
    expect([...normal({ key, length, std: 1, runs })]).toEqual(wanted);
  });
});

describe('normal', () => {
  const x = normal({ key, length: N, std: 1 });

  it('has the moments of a normal distribution', () => {
    // Standard errors of the moments of n standard normal values: sqrt(1 / n), sqrt(2 / n), sqrt(15 / n) and
    // sqrt(96 / n).
    expect(Math.abs(mean(x))).toBeLessThan(MOST * Math.sqrt(1 / N));
    expect(Math.abs(mean(x, (v) => v ** 2) - 1)).toBeLessThan(MOST * Math.sqrt(2 / N));
    expect(Math.abs(mean(x, (v) => v ** 3))).toBeLessThan(MOST * Math.sqrt(15 / N));
    expect(Math.abs(mean(x, (v) => v ** 4) - 3)).toBeLessThan(MOST * Math.sqrt(96 / N));
  });

  it('has the tails of a normal distribution', () => {
    for (const [from, probability] of [
      [0, 0.5],
      [1, 0.158655],
      [2, 0.02275],
      [3, 0.0013499],
    ] as const) {
      const error = Math.sqrt((probability * (1 - probability)) / N);
      expect(Math.abs(mean(x, (v) => (v > from ? 1 : 0)) - probability)).toBeLessThan(MOST * error);
      expect(Math.abs(mean(x, (v) => (v < -from ? 1 : 0)) - probability)).toBeLessThan(MOST * error);
    }
  });

  it('neighbouring elements are independent, and so are their squares', () => {
    const square = x.map((v) => (v * v - 1) / Math.SQRT2);
    for (const lag of [1, 2, 3, 16]) {
      expect(Math.abs(correlation(x, x.subarray(lag)))).toBeLessThan(MOST);
      expect(Math.abs(correlation(square, square.subarray(lag)))).toBeLessThan(MOST);
    }
  });

  it.each<[string, RandomKey]>([
    ['name', { ...key, name: 'block0.edge2 16x16x3x3' }],
    ['a later position', { ...key, name: 'block1.edge1 16x16x3x3' }],
    ['draw', { ...key, draw: 1 }],
    ['seed', { ...key, seed: 2 }],
    ['seed and draw exchanged', { ...key, seed: 0, draw: 1 }],
    ['shape', { ...key, name: 'block0.edge1 32x32x3x3' }],
  ])('neighbouring keys are independent: %s', (_, other) => {
    const y = normal({ key: other, length: N, std: 1 });
    expect(Math.abs(correlation(x, y))).toBeLessThan(MOST);
    expect(Math.abs(correlation(x, y.subarray(1)))).toBeLessThan(MOST);
    expect(x.filter((value, i) => value === y[i]).length).toBeLessThan(10);
  });

  it('scales, and a shorter tensor is the beginning of a longer one', () => {
    expect(normal({ key, length: 101, std: 1 })).toEqual(x.slice(0, 101));
    const scaled = normal({ key, length: 100, std: 0.25 });
    expect(scaled).toEqual(x.slice(0, 100).map((v) => v * 0.25));
    expect(normal({ key, length: 0, std: 1 })).toHaveLength(0);
    const out = new Float32Array(101).fill(7);
    expect(normal({ key, length: 101, std: 1, out })).toBe(out);
    expect(out).toEqual(x.slice(0, 101));
  });

  it('every value is finite over many keys', () => {
    for (let seed = 0; seed < 300; seed++)
      expect(normal({ key: { ...key, seed }, length: 1000, std: 1 }).every(Number.isFinite)).toBe(true);
  });
});

describe('signs', () => {
  const x = signs({ key, length: N });

  it('are -1 or +1, balanced, and neighbours are independent', () => {
    expect(new Set(x)).toEqual(new Set([-1, 1]));
    expect(Math.abs(mean(x)) * Math.sqrt(N)).toBeLessThan(MOST);
    for (const lag of [1, 2, 31, 32, 64])
      expect(Math.abs(correlation(x, x.subarray(lag)))).toBeLessThan(MOST);
  });

  it('of neighbouring keys are independent', () => {
    for (const other of [
      { ...key, seed: 2 },
      { ...key, draw: 1 },
      { ...key, name: `${key.name}0` },
    ])
      expect(Math.abs(correlation(x, signs({ key: other, length: N })))).toBeLessThan(MOST);
  });

  it('each of the 32 bits of a word is balanced', () => {
    const words = N / 32;
    for (let bit = 0; bit < 32; bit++) {
      let sum = 0;
      for (let i = bit; i < N; i += 32) sum += x[i]!;
      expect(Math.abs(sum) / Math.sqrt(words)).toBeLessThan(MOST);
    }
  });
});

describe('sample', () => {
  it('is distinct, in range, and a permutation when all are drawn', () => {
    const drawn = sample({ key, count: 1000, size: 15_625 });
    expect(new Set(drawn).size).toBe(1000);
    expect(drawn.every((i) => Number.isInteger(i) && i >= 0 && i < 15_625)).toBe(true);
    expect(sample({ key, count: 50, size: 50 }).sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(sample({ key, count: 0, size: 5 })).toEqual([]);
    expect(() => sample({ key, count: 6, size: 5 })).toThrow(/6 distinct of 5/);
  });

  it('draws what it always drew: candidates of searches that ran are found again', () => {
    // values of the first release
    const first = sample({ key: { seed: 1, draw: 0, name: 'strategy.random' }, count: 5000, size: 15_625 });
    expect(createHash('sha256').update(first.join(',')).digest('hex')).toBe(
      '18f2265b1da8a8298bef807907026e9e33ba280ad5e5f246076629f93bf6894e',
    );
  });

  it('of a large space is a permutation that nobody has to remember', () => {
    for (const size of [1, 2, 3, 5, 16, 17, 1000, 4097]) {
      const all = [...permute({ key, size })];
      expect([...all].sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
    }
    const [size, count] = [5 ** 13, 5000];
    const drawn = sample({ key, count, size });
    expect(new Set(drawn).size).toBe(count);
    const counts = new Array<number>(10).fill(0);
    for (const i of drawn) counts[Math.floor((10 * i) / size)]!++;
    expect(counts.reduce((sum, n) => sum + (n - count / 10) ** 2 / (count / 10), 0)).toBeLessThan(33.7);
    expect(sample({ key: { ...key, seed: 2 }, count: 3, size })).not.toEqual(drawn.slice(0, 3));
  });

  it('is uniform at each place, by a chi-square test', () => {
    const size = 10;
    const trials = 5000;
    const counts = Array.from({ length: 3 }, () => new Array<number>(size).fill(0));
    for (let seed = 0; seed < trials; seed++)
      for (const [place, i] of sample({ key: { ...key, seed }, count: 3, size }).entries())
        counts[place]![i]!++;
    // With 9 degrees of freedom, a chi-square above 33.7 has probability 1e-4.
    for (const place of counts)
      expect(place.reduce((sum, n) => sum + (n - trials / size) ** 2 / (trials / size), 0)).toBeLessThan(
        33.7,
      );
  });
});

describe('draws', () => {
  it('weights have the standard deviation of He with fan-in', () => {
    const shape = [64, 64, 3, 3];
    const w = randomDraw({ seed: 3, draw: 1 }).weight({ name: 'block12.edge0', shape });
    const expected = 2 / (64 * 9);
    expect(w).toHaveLength(64 * 64 * 9);
    expect(Math.abs(mean(w, (v) => v * v) / expected - 1)).toBeLessThan(MOST * Math.sqrt(2 / w.length));
  });

  it('an owner has tensors of its own', () => {
    const shape = [16, 16, 1, 1];
    const shared = randomDraw({ seed: 3, draw: 1 });
    const own = randomDraw({ seed: 3, draw: 1, owner: 'a candidate' });
    expect(own.weight({ name: 'block0.edge0', shape })).not.toEqual(
      shared.weight({ name: 'block0.edge0', shape }),
    );
    expect(own.input([1, 3, 4, 4])).not.toEqual(shared.input([1, 3, 4, 4]));
  });

  it('another process computes the same bits', () => {
    const module = fileURLToPath(new URL('../../../dist/core/ir/draw.js', import.meta.url));
    const script = `import { randomDraw } from ${JSON.stringify(module)};
      const d = randomDraw({ seed: 9, draw: 2 });
      const all = [d.weight({ name: 'block3.edge4', shape: [16, 16, 3, 3] }), d.input([2, 3, 8, 8]), d.signs(7, [2, 32, 4, 4])];
      process.stdout.write(Buffer.concat(all.map((a) => Buffer.from(a.buffer))).toString('base64'));`;
    const there = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    const d = randomDraw({ seed: 9, draw: 2 });
    const all = [
      d.weight({ name: 'block3.edge4', shape: [16, 16, 3, 3] }),
      d.input([2, 3, 8, 8]),
      d.signs(7, [2, 32, 4, 4]),
    ];
    expect(Buffer.concat(all.map((a) => Buffer.from(a.buffer))).toString('base64')).toBe(there);
  });

  it('the golden generator begins as goldens/README.md says', () => {
    expect([...goldenUniform('input', 5)]).toEqual([
      0.7990331361070275, 0.6851742474827915, 0.9802647233009338, 0.004239650443196297, 0.7893297309055924,
    ]);
    expect(new Set(goldenDraw.signs(3, [4, 4]))).toEqual(new Set([-1, 1]));
  });
});
