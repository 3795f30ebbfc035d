// Tests the random numbers with which whole networks are measured, apart from weights and images.
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../../core/ir/draw.js';
import { classesOf, drawWhole } from '../../../engine/graph/whole-draw.js';

const COUNT = 10_000;
const { labels, normal, uniform } = drawWhole({ drawn: randomDraw({ seed: 1, draw: 0 }), file: 'x' });
const mean = (values: ArrayLike<number>, of: (value: number) => number) =>
  Array.from(values, of).reduce((sum, each) => sum + each, 0) / values.length;

it.each(['second', 'noise'] as const)('%s: normal numbers of mean 0 and variance 1', (name) => {
  const values = normal(name, [COUNT]);
  expect(Math.abs(mean(values, (value) => value))).toBeLessThan(0.03);
  expect(Math.abs(mean(values, (value) => value ** 2) - 1)).toBeLessThan(0.05);
  expect(Math.abs(mean(values, (value) => value ** 4) - 3)).toBeLessThan(0.3);
});

it.each(['classes', 'second labels'] as const)('%s: uniform numbers from 0 to 1', (name) => {
  const values = uniform(name, COUNT);
  for (const power of [1, 2, 3])
    expect(Math.abs(mean(values, (value) => value ** power) - 1 / (power + 1))).toBeLessThan(0.02);
  expect([Math.min(...values) >= 0, Math.max(...values) <= 1]).toEqual([true, true]);
});

describe('classes', () => {
  it('are equal parts of the numbers from 0 to 1, which rounding may make 1', () => {
    const numbers = [0, 0.099, 0.101, 0.5, 0.949, 0.95, 1];
    expect([...classesOf(Float32Array.from(numbers), 10)]).toEqual([0, 0, 1, 5, 9, 9, 9]);
  });

  it('of images are as frequent as each other, and are those of no other use', () => {
    const of = labels(COUNT, 4);
    for (const chosen of [0, 1, 2, 3])
      expect(Math.abs(mean(of, (label) => (label === chosen ? 1 : 0)) - 1 / 4)).toBeLessThan(0.02);
    for (const name of ['classes', 'second labels'] as const) {
      const other = classesOf(uniform(name, COUNT), 4);
      const share = mean(
        of.map((label, i) => (label === other[i] ? 1 : 0)),
        (each) => each,
      );
      expect(Math.abs(share - 1 / 4)).toBeLessThan(0.02);
    }
  });
});
