// Tests the proxies with statistics of known results and every edge case of docs/understand/method.md.
import { describe, expect, it } from 'vitest';
import {
  blockTrainability,
  expressivity,
  featureExpressivity,
  progressivity,
  spectralEntropy,
  trainability,
} from '../../../core/proxies/az-nas.js';
import { matrix, powerIteration, random } from './spectra/matrices.js';

const DEAD = Number.NEGATIVE_INFINITY;

describe('expressivity of a feature', () => {
  it('is the logarithm of n for n equal eigenvalues, 0 for one', () => {
    for (const n of [1, 2, 16, 64]) {
      expect(spectralEntropy(new Float64Array(n).fill(0.37))).toBeCloseTo(Math.log(n), 5);
      const one = new Float64Array(n);
      one[n - 1] = 5;
      expect(spectralEntropy(one)).toBeCloseTo(0, 7);
    }
    const p = [0.5, 0.25, 0.25];
    const exact = -p.reduce((sum, v) => sum + v * Math.log(v + 1e-8), 0);
    expect(spectralEntropy(Float64Array.of(2, 1, 1))).toBeCloseTo(exact, 14);
  });

  it('clamps eigenvalues at 0', () => {
    expect(spectralEntropy(Float64Array.of(2, 1, 1, -0.1, -1e-9))).toBe(
      spectralEntropy(Float64Array.of(2, 1, 1)),
    );
    expect(spectralEntropy(Float64Array.of(-1, -2))).toBe(DEAD);
  });

  it('takes channel means away', () => {
    const samples = 500;
    const c = 3;
    const x = random(samples * c, 1);
    const shifted = x.map((v, i) => v * [1, 2, 0.5][i % c]! + [10, -4, 0][i % c]!);
    const sums = (data: Float64Array) => ({
      samples,
      sums: Array.from({ length: c }, (_, i) => data.filter((__, k) => k % c === i).reduce((a, b) => a + b)),
      products: matrix(c, (i, j) => {
        let sum = 0;
        for (let s = 0; s < samples; s++) sum += data[s * c + i]! * data[s * c + j]!;
        return sum;
      }),
    });
    const plain = sums(x.map((v, i) => v * [1, 2, 0.5][i % c]!));
    expect(featureExpressivity(sums(shifted))).toBeCloseTo(featureExpressivity(plain), 8);
    expect(featureExpressivity(plain)).toBeGreaterThan(0.5);
  });

  it('dead feature, NaN and infinity: minus infinity', () => {
    const c = 4;
    const zeros = { products: new Float32Array(c * c), sums: new Float32Array(c), samples: 10 };
    expect(featureExpressivity(zeros)).toBe(DEAD);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(featureExpressivity({ ...zeros, sums: [bad, 0, 0, 0] })).toBe(DEAD);
      expect(
        featureExpressivity({ ...zeros, products: zeros.products.map((v, i) => (i === 5 ? bad : v)) }),
      ).toBe(DEAD);
      expect(spectralEntropy(Float64Array.of(1, bad))).toBe(DEAD);
    }
  });

  it('one sample has no variance: dead', () => {
    const x = Float32Array.from(random(8, 2));
    const products = Float32Array.from(matrix(8, (i, j) => x[i]! * x[j]!));
    expect(featureExpressivity({ products, sums: x, samples: 1 })).toBe(DEAD);
  });
});

describe('trainability of a block', () => {
  const of = (sums: ArrayLike<number>, rows: number, columns: number, samples = 1) =>
    blockTrainability({ sums, rows, columns, samples });

  it('is 2 - σ - 1 / (σ + 1e-6)', () => {
    expect(of([1], 1, 1)).toBeCloseTo(0, 5);
    expect(of([4, 0, 0, 1], 2, 2, 2)).toBeCloseTo(2 - 2 - 0.5, 6);
    const m = random(6 * 4, 3);
    const sigma = powerIteration(m, 6, 4) / 7;
    expect(of(m, 6, 4, 7)).toBeCloseTo(2 - sigma - 1 / (sigma + 1e-6), 9);
  });

  it('σ = 0 gives 2 - 1e6, a finite number', () => {
    expect(of(new Float32Array(12), 4, 3, 5)).toBeCloseTo(2 - 1e6, 6);
  });

  it('NaN and infinity: minus infinity', () => {
    expect(of([1, Number.NaN, 0, 1], 2, 2)).toBe(DEAD);
    expect(of([1, Number.POSITIVE_INFINITY, 0, 1], 2, 2)).toBe(DEAD);
  });
});

describe('proxies of a network', () => {
  it('sum over features, least step, mean over blocks', () => {
    expect(expressivity([1, 2.5, 2])).toBe(5.5);
    expect(progressivity([1, 2.5, 2, 4])).toBe(-0.5);
    expect(trainability([-1, -2, -6])).toBe(-3);
  });

  it('a dead feature: expressivity and progressivity are minus infinity, trainability stays finite', () => {
    for (const features of [
      [DEAD, 1, 2],
      [1, DEAD, 2],
      [1, 2, DEAD],
      [DEAD, DEAD, DEAD],
    ]) {
      expect(expressivity(features)).toBe(DEAD);
      expect(progressivity(features)).toBe(DEAD);
    }
    expect(trainability([2 - 1e6, -1])).toBe((1 - 1e6) / 2);
  });

  it('an identity block, or NaN: minus infinity', () => {
    expect(trainability([-1, DEAD, 2])).toBe(DEAD);
    expect(trainability([-1, Number.NaN])).toBe(DEAD);
    expect(expressivity([1, Number.NaN])).toBe(DEAD);
    expect(progressivity([1, Number.NaN, 2])).toBe(DEAD);
  });
});
