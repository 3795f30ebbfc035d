// In: a symmetric matrix. Out: its eigenvalues, values only, about twice as fast as core/proxies/eigenvalues.ts.

/** Off-diagonal entries below this share of the matrix are zero: far below the noise of float32 sums, far above float64's. */
const NEGLIGIBLE = 2 ** -42;
/** QL steps for one eigenvalue before giving up; about two are usual. */
const MAX_STEPS = 60;

/**
 * Eigenvalues, in no order, of a symmetric n x n matrix: row-major, only the lower triangle is read; overwritten. NaN or
 * infinity in: all NaN out. Householder tridiagonalization where one pass over memory both applies the last reflection
 * and multiplies with the next one (as LAPACK's dsytd2, fused), then the root-free QL of Pal, Walker and Kahan (dsterf).
 */
export function eigenvalues(a: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const squares = new Float64Array(n);
  const norm = tridiagonalize(a, n, diagonal, squares);
  if (!Number.isFinite(norm)) return diagonal.fill(Number.NaN);
  return rootFreeQl(diagonal, squares, norm);
}

/** Diagonal and squared off-diagonal (squares[i] between i and i + 1); answers the largest row sum of the result. */
function tridiagonalize(a: Float64Array, n: number, diagonal: Float64Array, squares: Float64Array): number {
  let u = new Float64Array(n);
  let w = new Float64Array(n);
  let next = new Float64Array(n);
  let product = new Float64Array(n);
  let pending = false;
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    if (pending) {
      const ui = u[i]!;
      const wi = w[i]!;
      for (let k = 0; k <= i; k++) a[row + k] = a[row + k]! - ui * w[k]! - wi * u[k]!;
    }
    diagonal[i] = a[row + i]!;
    if (i === 0) break;
    let square = 0;
    for (let k = 0; k < i; k++) square += a[row + k]! * a[row + k]!;
    const last = a[row + i - 1]!;
    squares[i - 1] = square;
    const tail = square - last * last;
    // Nothing to reflect: the row is tridiagonal as it stands.
    const reflect = i > 1 && tail > 0;
    let half = 0;
    if (reflect) {
      const length = last > 0 ? -Math.sqrt(square) : Math.sqrt(square);
      for (let k = 0; k < i - 1; k++) next[k] = a[row + k]!;
      next[i - 1] = last - length;
      half = square - last * length;
    } else next.fill(0, 0, i);
    if (!reflect && !pending) continue;
    product.fill(0, 0, i);
    pass({ a, n, rows: i, u, w, next, product, pending });
    if (reflect) {
      const scale = 1 / half;
      let dot = 0;
      for (let k = 0; k < i; k++) {
        product[k] = product[k]! * scale;
        dot += product[k]! * next[k]!;
      }
      const shift = (dot * scale) / 2;
      for (let k = 0; k < i; k++) product[k] = product[k]! - shift * next[k]!;
    }
    [u, next] = [next, u];
    [w, product] = [product, w];
    pending = reflect;
  }
  let norm = 0;
  for (let i = 0; i < n; i++) {
    const off = Math.sqrt(squares[i]!) + (i > 0 ? Math.sqrt(squares[i - 1]!) : 0);
    const sum = Math.abs(diagonal[i]!) + off;
    if (!(sum <= norm)) norm = sum;
  }
  return norm;
}

interface Pass {
  readonly a: Float64Array;
  readonly n: number;
  readonly rows: number;
  readonly u: Float64Array;
  readonly w: Float64Array;
  readonly next: Float64Array;
  readonly product: Float64Array;
  readonly pending: boolean;
}

/** A -= u wᵀ + w uᵀ on the leading rows, and product = A next with the result; two rows at a time share what they load. */
function pass({ a, n, rows, u, w, next, product, pending }: Pass): void {
  let r = 0;
  for (; r + 1 < rows; r += 2) {
    const upper = r * n;
    const lower = upper + n;
    const ur = pending ? u[r]! : 0;
    const wr = pending ? w[r]! : 0;
    const us = pending ? u[r + 1]! : 0;
    const ws = pending ? w[r + 1]! : 0;
    const nr = next[r]!;
    const ns = next[r + 1]!;
    let first = 0;
    let second = 0;
    for (let k = 0; k < r; k++) {
      const uk = u[k]!;
      const wk = w[k]!;
      const nk = next[k]!;
      const x = a[upper + k]! - ur * wk - wr * uk;
      const y = a[lower + k]! - us * wk - ws * uk;
      a[upper + k] = x;
      a[lower + k] = y;
      first += x * nk;
      second += y * nk;
      product[k] = product[k]! + x * nr + y * ns;
    }
    const x = a[upper + r]! - 2 * ur * wr;
    const between = a[lower + r]! - us * wr - ws * ur;
    const y = a[lower + r + 1]! - 2 * us * ws;
    a[upper + r] = x;
    a[lower + r] = between;
    a[lower + r + 1] = y;
    product[r] = product[r]! + first + x * nr + between * ns;
    product[r + 1] = product[r + 1]! + second + between * nr + y * ns;
  }
  if (r === rows) return;
  const base = r * n;
  const ur = pending ? u[r]! : 0;
  const wr = pending ? w[r]! : 0;
  const nr = next[r]!;
  let sum = 0;
  for (let k = 0; k < r; k++) {
    const x = a[base + k]! - ur * w[k]! - wr * u[k]!;
    a[base + k] = x;
    sum += x * next[k]!;
    product[k] = product[k]! + x * nr;
  }
  const x = a[base + r]! - 2 * ur * wr;
  a[base + r] = x;
  product[r] = product[r]! + sum + x * nr;
}

/** Eigenvalues of a tridiagonal matrix in place of its diagonal `d`; `e` holds the squares beside it and is overwritten. */
function rootFreeQl(d: Float64Array, e: Float64Array, norm: number): Float64Array {
  const n = d.length;
  const small = (NEGLIGIBLE * norm) ** 2;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < n - 1 && e[m]! > small) m++;
      if (m === l) break;
      if (step === MAX_STEPS) return d.fill(Number.NaN);
      const root = Math.sqrt(e[l]!);
      let sigma = (d[l + 1]! - d[l]!) / (2 * root);
      const r = Math.sqrt(sigma * sigma + 1);
      sigma = d[l]! - root / (sigma + (sigma < 0 ? -r : r));
      let c = 1;
      let s = 0;
      let gamma = d[m]! - sigma;
      let p = gamma * gamma;
      for (let i = m - 1; i >= l; i--) {
        const square = e[i]!;
        const sum = p + square;
        if (i !== m - 1) e[i + 1] = s * sum;
        const before = c;
        const inverse = 1 / sum;
        c = p * inverse;
        s = square * inverse;
        const old = gamma;
        const alpha = d[i]!;
        gamma = c * (alpha - sigma) - s * old;
        d[i + 1] = old + (alpha - gamma);
        p = c !== 0 ? (gamma * gamma) / c : before * square;
      }
      e[l] = s * p;
      d[l] = sigma + gamma;
    }
  }
  return d;
}
