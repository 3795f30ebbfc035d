// In: a symmetric matrix. Out: its eigenvalues, values only: Householder tridiagonalization, then implicit QL.

/** QL steps for one eigenvalue before giving up; about two are usual. */
const MAX_STEPS = 60;
/** Off-diagonals below this, in a matrix of size 1, are 0: a matrix of low rank leaves ever smaller ones, whose squares vanish. */
const NOTHING = 1e-30;

/**
 * Eigenvalues, in no order, of a symmetric n x n matrix (row-major, only the lower triangle is read; overwritten).
 * O(n³), never more than MAX_STEPS QL steps for one value. NaN or infinity in: all NaN out.
 * Golub and Van Loan, Matrix Computations, 8.3.
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = Math.abs(a[i * n + j]!);
      if (!Number.isFinite(value)) return new Float64Array(n).fill(Number.NaN);
      if (value > largest) largest = value;
    }
  if (largest === 0) return new Float64Array(n);
  // To size 1, so that no square overflows or vanishes.
  for (let i = 0; i < n * n; i++) a[i] = a[i]! / largest;
  const { diagonal, off } = tridiagonalize(a, n);
  const values = tridiagonalEigenvalues(diagonal, off);
  for (let i = 0; i < n; i++) values[i] = values[i]! * largest;
  return values;
}

/** Orthogonal similarity to tridiagonal form: `diagonal` [n], `off` [n] with off[i] between i and i + 1, last 0. */
function tridiagonalize(a: Float64Array, n: number): { diagonal: Float64Array; off: Float64Array } {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const u = new Float64Array(n);
  const p = new Float64Array(n);
  // Row i of the lower triangle is reduced from the last row up, so that rows stay contiguous in memory.
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    let norm = 0;
    for (let k = 0; k < i; k++) norm = Math.max(norm, Math.abs(a[row + k]!));
    diagonal[i] = a[row + i]!;
    if (i === 1 || norm === 0) {
      off[i - 1] = i === 1 ? a[row]! : 0;
      if (i > 1) continue;
      break;
    }
    let square = 0;
    for (let k = 0; k < i; k++) {
      u[k] = a[row + k]! / norm;
      square += u[k]! * u[k]!;
    }
    const last = u[i - 1]!;
    const length = last > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    off[i - 1] = norm * length;
    const half = square - last * length; // uᵀu / 2 of the Householder vector
    u[i - 1] = last - length;
    // p = A u / half, using the lower triangle alone
    p.fill(0, 0, i);
    for (let r = 0; r < i; r++) {
      const base = r * n;
      const ur = u[r]!;
      let dot = 0;
      for (let k = 0; k < r; k++) {
        const value = a[base + k]!;
        dot += value * u[k]!;
        p[k] = p[k]! + value * ur;
      }
      p[r] = p[r]! + dot + a[base + r]! * ur;
    }
    let scale = 0;
    for (let k = 0; k < i; k++) {
      p[k] = p[k]! / half;
      scale += u[k]! * p[k]!;
    }
    scale /= 2 * half;
    for (let k = 0; k < i; k++) p[k] = p[k]! - scale * u[k]!;
    // A -= u pᵀ + p uᵀ
    for (let r = 0; r < i; r++) {
      const base = r * n;
      const ur = u[r]!;
      const pr = p[r]!;
      for (let k = 0; k <= r; k++) a[base + k] = a[base + k]! - (ur * p[k]! + pr * u[k]!);
    }
  }
  if (n > 0) diagonal[0] = a[0]!;
  return { diagonal, off };
}

/** Implicit QL with Wilkinson's shift; overwrites and answers `d`. */
function tridiagonalEigenvalues(d: Float64Array, e: Float64Array): Float64Array {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (
        m < n - 1 &&
        Math.abs(e[m]!) > NOTHING + Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))
      )
        m++;
      if (m === l) break;
      if (step === MAX_STEPS) return d.fill(Number.NaN);
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
      }
      if (r === 0 && i >= l) continue;
      d[l] = d[l]! - p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return d;
}

/** Largest singular value of an m x n matrix (row-major): root of the largest eigenvalue of the smaller Gram matrix. */
export function largestSingularValue(matrix: Float64Array, m: number, n: number): number {
  const gram = m < n ? rowGram(matrix, m, n) : columnGram(matrix, m, n);
  const values = symmetricEigenvalues(gram, Math.min(m, n));
  let largest = 0;
  for (const value of values) {
    if (Number.isNaN(value)) return Number.NaN;
    largest = Math.max(largest, value);
  }
  return Math.sqrt(largest);
}

function rowGram(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += a[i * n + k]! * a[j * n + k]!;
      out[i * m + j] = dot;
    }
  return out;
}

function columnGram(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let k = 0; k < m; k++)
    for (let i = 0; i < n; i++) {
      const value = a[k * n + i]!;
      for (let j = 0; j <= i; j++) out[i * n + j] = out[i * n + j]! + value * a[k * n + j]!;
    }
  return out;
}
