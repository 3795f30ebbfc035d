// Computes all eigenvalues of a symmetric tridiagonal matrix, or the largest one.

/**
 * Off-diagonal entries below this share of the matrix norm count as zero. It is far below the rounding of
 * float32 sums and far above that of float64.
 */
const NEGLIGIBLE = 2 ** -46;
/** The most QL steps for one eigenvalue; about two are usual. */
const MAX_STEPS = 60;
/** Products below this are nearly subnormal and have lost digits. */
const TINY = 1e-290;

/**
 * `diagonal` [n], and `squares` [n] of the off-diagonal entries: squares[i] belongs to rows i and i + 1, and
 * the last one is 0.
 */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Eigenvalues, in no order, written over the diagonal; the squares are overwritten too. All are NaN where a
 * step does not converge. Root-free QL of Pal, Walker and Kahan (Parlett, The Symmetric Eigenvalue Problem,
 * 8.15; LAPACK's dsterf), arranged so that successive elements depend on each other through one division
 * instead of two.
 */
export function tridiagonalEigenvalues(matrix: Tridiagonal): Float64Array {
  const { diagonal: d, squares: e } = matrix;
  const n = d.length;
  const small = (NEGLIGIBLE * largestRowSum(matrix)) ** 2;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < n - 1 && e[m]! > small) m++;
      if (m === l) break;
      if (step === MAX_STEPS) return d.fill(Number.NaN);
      sweep(matrix, l, m);
    }
  }
  return d;
}

/** One QL step with Wilkinson's shift on rows l to m. */
function sweep({ diagonal: d, squares: e }: Tridiagonal, l: number, m: number): void {
  const root = Math.sqrt(e[l]!);
  const half = (d[l + 1]! - d[l]!) / (2 * root);
  const length = Math.sqrt(half * half + 1);
  const sigma = d[l]! - root / (half + (half < 0 ? -length : length));
  let gamma = d[m]! - sigma;
  let p = gamma * gamma;
  let c = 1;
  let s = 0;
  for (let i = m - 1; i >= l; i--) {
    const square = e[i]!;
    const sum = p + square;
    e[i + 1] = s * sum; // 0 at m, where the block ends
    const alpha = d[i]!;
    const rotated = p * (alpha - sigma) - square * gamma;
    const product = p * sum;
    const inverse = 1 / sum;
    const old = gamma;
    gamma = rotated * inverse;
    d[i + 1] = old + (alpha - gamma);
    const before = c;
    c = p * inverse;
    s = square * inverse;
    // gamma² / c, or its limit
    if (product > TINY) p = (rotated * rotated) / product;
    else p = c !== 0 ? (gamma * gamma) / c : before * square;
  }
  e[l] = s * p;
  d[l] = sigma + gamma;
}

function largestRowSum({ diagonal, squares }: Tridiagonal): number {
  let largest = 0;
  let before = 0;
  for (let i = 0; i < diagonal.length; i++) {
    const root = Math.sqrt(squares[i]!);
    largest = Math.max(largest, Math.abs(diagonal[i]!) + before + root);
    before = root;
  }
  return largest;
}

/** The relative error of the largest eigenvalue. */
const CLOSE = 2 ** -42;

/**
 * The largest eigenvalue of a positive semidefinite matrix T, by multisection. All pivots of T - x I are
 * negative exactly if x exceeds the largest eigenvalue (Sylvester's law of inertia). Each step tests four
 * values of x, which reduces the interval to a fifth.
 */
export function largestEigenvalue({ diagonal: d, squares: e }: Tridiagonal): number {
  const n = d.length;
  let low = 0;
  for (let i = 0; i < n; i++) low = Math.max(low, d[i]!);
  let high = largestRowSum({ diagonal: d, squares: e });
  while (high - low > CLOSE * high) {
    const width = (high - low) / 5;
    const x1 = low + width;
    const x2 = low + 2 * width;
    const x3 = low + 3 * width;
    const x4 = low + 4 * width;
    let q1 = d[0]! - x1;
    let q2 = d[0]! - x2;
    let q3 = d[0]! - x3;
    let q4 = d[0]! - x4;
    let most1 = q1;
    let most2 = q2;
    let most3 = q3;
    let most4 = q4;
    for (let i = 1; i < n; i++) {
      const square = e[i - 1]!;
      const value = d[i]!;
      q1 = value - x1 - square / q1;
      q2 = value - x2 - square / q2;
      q3 = value - x3 - square / q3;
      q4 = value - x4 - square / q4;
      if (q1 >= 0) most1 = 0;
      if (q2 >= 0) most2 = 0;
      if (q3 >= 0) most3 = 0;
      if (q4 >= 0) most4 = 0;
    }
    if (most1 < 0) high = x1;
    else if (most2 < 0) {
      low = x1;
      high = x2;
    } else if (most3 < 0) {
      low = x2;
      high = x3;
    } else if (most4 < 0) {
      low = x3;
      high = x4;
    } else low = x4;
  }
  return (low + high) / 2;
}
