// Translates discrete Fourier transforms (DFT, STFT) into products with matrices of cosines and sines.
import { slice } from '../../ops/tensor/movement.js';
import { axisOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { LARGEST_MATRIX, timesAlongAxis } from './axis-product.js';
import { checkCount } from './constant-matrices.js';
import type { NodeSite } from './operator.js';

/** The transform of a tensor along one axis. */
export function fourier(site: NodeSite): Id {
  return transform(site.t, site.x(0), transformOf(site));
}

/**
 * The transforms of windows of a signal [batch, length, 1 or 2]: [batch, frames, frequencies, 2]. A window of N samples
 * begins every `frame_step` samples, as long as all its samples are in the signal.
 */
export function shortTimeFourier(site: NodeSite): Id {
  const { t } = site;
  const [batch, length, parts, ...others] = site.shape(0);
  if (others.length > 0 || (parts !== 1 && parts !== 2))
    throw new TapeError(`its signal has the shape [${site.shape(0)}]; must be [batch, length, 1 or 2]`);
  const step = site.known(1)[0]!;
  const n = site.has(3) ? site.known(3)[0]! : site.has(2) ? site.shape(2)[0]! : length!;
  if (!(step > 0 && n > 0 && n <= length!))
    throw new TapeError(
      `its windows have ${n} samples, one begins every ${step}, and the signal has ${length}; windows must fit into the signal and begin at least 1 sample apart`,
    );
  const frames = Math.floor((length! - n) / step) + 1;
  const places = new Float64Array(checkCount(frames * n)).map((_, i) => Math.floor(i / n) * step + (i % n));
  const rows = t.add('Gather', [site.x(0), t.constant(places, [places.length], 'int')], { axis: 1 });
  const cut = t.reshape(rows, [batch!, frames, n, parts]);
  const weighted = site.has(2) ? t.times(cut, t.reshape(site.x(2), [n, 1])) : cut;
  const isOneSided = site.number('onesided', 1) === 1;
  return transform(
    t,
    weighted,
    checked({ axis: 2, from: n, n, isInverse: false, isOneSided, isComplex: parts === 2 }),
  );
}

/**
 * y[k] = c Σₙ exp(±2πi k n / N) x[n], where the sign is + and c = 1 / N for the inverse. The last axis of x and y has
 * the real and the imaginary part, or the real part alone. A real x has y[N - k] equal to the conjugate of y[k], so
 * that `isOneSided` keeps the k up to N / 2, and the inverse of these is real.
 */
function transform(t: Tape, x: Id, of: Transform): Id {
  const { axis, isInverse, isOneSided, isComplex } = of;
  const cosines = timesAlongAxis(t, x, { axis, matrix: matrixOf(t, of, Math.cos) });
  const sine = isInverse ? Math.sin : (angle: number) => -Math.sin(angle);
  const sines = timesAlongAxis(t, x, { axis, matrix: matrixOf(t, of, sine) });
  const last = t.shape(x).length - 1;
  if (!isComplex) return t.add('Concat', [cosines, sines], { axis: last });
  const part = (whole: Id, start: number) => slice(t, whole, { axis: last, start, end: start + 1, step: 1 });
  if (isInverse && isOneSided) return t.minus(part(cosines, 0), part(sines, 1));
  // i (a + i b) = -b + i a.
  const turned = t.add('Concat', [t.add('Neg', [part(sines, 1)]), part(sines, 0)], { axis: last });
  return t.plus(cosines, turned);
}

interface Transform {
  readonly axis: number;
  /** The number of elements along the axis. */
  readonly from: number;
  /** N. */
  readonly n: number;
  readonly isInverse: boolean;
  readonly isOneSided: boolean;
  readonly isComplex: boolean;
}

function transformOf(site: NodeSite): Transform {
  const shape = site.shape(0);
  const rank = shape.length;
  const isInverse = site.number('inverse', 0) === 1;
  const isOneSided = site.number('onesided', 0) === 1;
  const parts = shape.at(-1);
  const isComplex = parts === 2;
  if (rank < 2 || (parts !== 1 && parts !== 2))
    throw new TapeError(`its input has the shape [${shape}]; the last axis must have 1 or 2 parts`);
  // The axis is an attribute before operator set 20, and an input since then.
  const axis =
    site.opset < 20 ? site.axis('axis', 1, rank) : axisOf(site.has(2) ? site.known(2)[0]! : -2, rank);
  if (axis === rank - 1) throw new TapeError('its axis is that of the real and the imaginary part');
  const from = shape[axis]!;
  const usual = isInverse && isOneSided ? 2 * (from - 1) : from;
  const n = site.has(1) ? site.known(1)[0]! : usual;
  return checked({ axis, from, n, isInverse, isOneSided, isComplex });
}

/** The number of elements along the axis after the transform. */
const sizeAfter = ({ n, isInverse, isOneSided }: Transform): number =>
  isOneSided && !isInverse ? Math.floor(n / 2) + 1 : n;

function checked(of: Transform): Transform {
  const { from, n, isInverse, isOneSided, isComplex } = of;
  if (isOneSided && isComplex !== isInverse)
    throw new TapeError(`its attribute onesided needs ${isInverse ? 'complex' : 'real'} numbers`);
  if (!(Number.isInteger(n) && n > 0 && sizeAfter(of) * from <= LARGEST_MATRIX))
    throw new TapeError(
      `it transforms an axis of ${from} to a length of ${n}; the length must be at least 1, and the matrix of both have at most ${LARGEST_MATRIX} elements`,
      'too-large',
    );
  return of;
}

/** The matrix [to, from] of c f(2π k n / N). Elements of x after the first N are not read; a shorter x is continued with zeros. */
function matrixOf(t: Tape, of: Transform, f: (angle: number) => number): Id {
  const { from, n, isInverse, isOneSided } = of;
  const to = sizeAfter(of);
  const values = new Float64Array(to * from);
  const used = isInverse && isOneSided ? Math.floor(n / 2) + 1 : n;
  for (let k = 0; k < to; k++)
    for (let i = 0; i < Math.min(from, used); i++) {
      // The other half of the spectrum is the conjugate, so all but its ends count twice.
      const isTwice = isInverse && isOneSided && i > 0 && 2 * i < n;
      values[k * from + i] = (f((2 * Math.PI * ((k * i) % n)) / n) * (isTwice ? 2 : 1)) / (isInverse ? n : 1);
    }
  return t.constant(values, [to, from]);
}
