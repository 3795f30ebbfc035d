// In: a matrix. Out: its largest singular value.
import { eigenvalues } from './spectra.js';

/** Largest singular value of an m x n matrix (row-major), by the smaller Gram matrix; NaN if an entry is not finite. */
export function largestSingular(a: Float64Array, m: number, n: number): number {
  const rows = m < n ? a : transposed(a, m, n);
  const size = Math.min(m, n);
  let largest = 0;
  for (const value of eigenvalues(gram(rows, size, Math.max(m, n)), size)) {
    if (Number.isNaN(value)) return Number.NaN;
    if (value > largest) largest = value;
  }
  return Math.sqrt(largest);
}

/** Products of the rows of a [rows, length], lower triangle; two by two, so that each load serves two products. */
function gram(a: Float64Array, rows: number, length: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i += 2) {
    const p = i * length;
    const q = i + 1 < rows ? p + length : p;
    for (let j = 0; j <= i; j += 2) {
      const r = j * length;
      const s = j + 1 < rows ? r + length : r;
      let pr = 0;
      let ps = 0;
      let qr = 0;
      let qs = 0;
      for (let k = 0; k < length; k++) {
        const x = a[p + k]!;
        const y = a[q + k]!;
        const z = a[r + k]!;
        const w = a[s + k]!;
        pr += x * z;
        ps += x * w;
        qr += y * z;
        qs += y * w;
      }
      out[i * rows + j] = pr;
      if (j + 1 < rows) out[i * rows + j + 1] = ps;
      if (i + 1 < rows) out[(i + 1) * rows + j] = qr;
      if (i + 1 < rows && j + 1 < rows) out[(i + 1) * rows + j + 1] = qs;
    }
  }
  return out;
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let k = 0; k < n; k++) out[k * m + i] = a[i * n + k]!;
  return out;
}
