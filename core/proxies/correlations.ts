// Computes correlations of the rows of a matrix.
import type { Reals } from './measurement.js';
import { dot } from './sums.js';

/**
 * Pearson correlations [n, n] of the n rows of a matrix, row-major; 0 with a row that is constant, NaN with one that is
 * not finite.
 */
export function rowCorrelations(values: Reals, n: number): Float64Array {
  const width = values.length / n;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = Float64Array.from(values.subarray(i * width, (i + 1) * width));
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const centred = row.map((value) => value - mean);
    const length = Math.sqrt(dot(centred, centred));
    return length === 0 ? centred.fill(0) : centred.map((value) => value / length);
  });
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = dot(rows[i]!, rows[j]!);
  return out;
}
