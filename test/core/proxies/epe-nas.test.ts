// Tests that a network whose class scores do not depend on the images is last for epe-nas, not first.
import { expect, test } from 'vitest';
import { epeNas } from '../../../core/proxies/epe-nas.js';
import type { Measurement } from '../../../core/proxies/measurement.js';

const measurement = (jacobian: readonly number[], classes = 10): Measurement =>
  ({ batch: 4, classes, labels: Int32Array.of(0, 0, 1, 1), jacobian: Float32Array.from(jacobian) }) as never;
const LIVE = [1, 2, 4, 2, 1, 5, 3, 3, 1, 0, 2, 2];

test('a gradient that is constant, as that of a network without a signal, has the least value', () => {
  expect(epeNas(measurement(LIVE))).toBeGreaterThan(0);
  expect(epeNas(measurement(LIVE.map(() => 0)))).toBe(Number.NEGATIVE_INFINITY);
  expect(epeNas(measurement([...LIVE.slice(0, 9), 7, 7, 7]))).toBe(Number.NEGATIVE_INFINITY);
  // The mean of such numbers is none of them.
  expect(epeNas(measurement([...LIVE.slice(0, 9), 0.1, 0.1, 0.1]))).toBe(Number.NEGATIVE_INFINITY);
  expect(epeNas(measurement([...LIVE.slice(0, 9), 7, 7, 7], 200))).toBe(Number.NEGATIVE_INFINITY);
});

test('the value is the sum of the logarithms of correlations within classes', () => {
  const correlation = (a: readonly number[], b: readonly number[]) => {
    const centred = [a, b].map((row) => row.map((x) => x - row.reduce((sum, y) => sum + y, 0) / row.length));
    const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
    const [x, y] = centred as [number[], number[]];
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  };
  const rows = [0, 3, 6, 9].map((at) => LIVE.slice(at, at + 3));
  const classes = [
    [rows[0]!, rows[1]!],
    [rows[2]!, rows[3]!],
  ];
  const wanted = classes.map((members) =>
    members
      .flatMap((a) => members.map((b) => Math.log(Math.abs(correlation(a, b)) + 1e-5)))
      .reduce((sum, value) => sum + value, 0),
  );
  expect(epeNas(measurement(LIVE))).toBeCloseTo(
    wanted.reduce((sum, value) => sum + Math.abs(value), 0),
    6,
  );
});
