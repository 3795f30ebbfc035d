// Writes the values of maps at positions between their elements: the nearest ones, linear or cubic interpolation.
import { interpolate } from '../../ops/tensor/sampling.js';
import { stridesOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { roundToEven } from './activations.js';

export interface Sampling {
  /** Maps [images, channels, ...sides]. */
  readonly map: Id;
  /** For each side, the coordinates [images, ...samples], which count its elements from 0. */
  readonly coordinates: readonly Id[];
  readonly kernel: 'nearest' | 'linear' | 'cubic';
  /** What lies beyond the edges of a map: zeros, the element at the edge, or the map reflected there. */
  readonly beyond: 'zeros' | 'border' | 'reflection';
  /** Whether the edges are the centres of the outer elements, and not their outer sides. */
  readonly atCentres: boolean;
}

/** One side of a map, and the coordinates of its edges. */
interface Side extends Pick<Sampling, 'kernel' | 'beyond'> {
  readonly t: Tape;
  readonly size: number;
  readonly low: number;
  readonly high: number;
}

/** An element along one side that a sample reads, and its weight, if that is not 1. */
interface Tap {
  readonly index: Id;
  readonly weight: Id | undefined;
}

/**
 * Returns [images, channels, ...samples]. A sample is the sum over its neighbours, each times the product of its weights
 * along all sides; gradients hold the choice of neighbours fixed.
 */
export function sampleMap(t: Tape, { map, coordinates, kernel, beyond, atCentres }: Sampling): Id {
  const sizes = t.shape(map).slice(2);
  const strides = stridesOf(sizes);
  const taps = sizes.map((size, i) => {
    const [low, high] = atCentres ? [0, size - 1] : [-0.5, size - 0.5];
    return tapsOf({ t, size, low, high, kernel, beyond }, coordinates[i]!).map(({ index, weight }) => ({
      index: strides[i] === 1 ? index : t.times(index, int(t, strides[i]!)),
      weight,
    }));
  });
  const [first, ...others] = taps as [Tap[], ...Tap[][]];
  const terms = others.reduce((pairs, more) => pairs.flatMap((a) => more.map((b) => joined(t, a, b))), first);
  const ones = () => t.expand(t.scalar(1), t.shape(coordinates[0]!));
  return interpolate(t, {
    map,
    terms: terms.map(({ index, weight }) => ({ index, weight: weight ?? ones() })),
  });
}

function joined(t: Tape, a: Tap, b: Tap): Tap {
  const weight =
    a.weight === undefined || b.weight === undefined ? (a.weight ?? b.weight) : t.times(a.weight, b.weight);
  return { index: t.plus(a.index, b.index), weight };
}

const number = (value: number) => ({ number: value });
const int = (t: Tape, value: number) => t.constant([value], [], 'int');

function tapsOf(side: Side, given: Id): readonly Tap[] {
  const { t, kernel, beyond } = side;
  // The nearest element is found first, as in ONNX Runtime.
  const near = limited(side, given);
  const x = inside(side, kernel === 'nearest' ? roundToEven(t, near) : near);
  if (kernel === 'nearest') return [tapAt(side, x, undefined)];
  const low = t.add('Floor', [x]);
  const part = t.minus(x, low);
  const rest = t.minus(t.scalar(1), part);
  const at = (shift: number) => (shift === 0 ? low : t.plus(low, t.scalar(shift)));
  if (kernel === 'linear') return [tapAt(side, low, rest), tapAt(side, at(1), part)];
  const weights = [
    farWeight(t, t.plus(part, t.scalar(1))),
    nearWeight(t, part),
    nearWeight(t, rest),
    farWeight(t, t.plus(rest, t.scalar(1))),
  ];
  return weights.map((weight, i) => {
    const place = at(i - 1);
    return tapAt(side, beyond === 'reflection' ? reflected(side, place) : place, weight);
  });
}

/** The coefficient of cubic convolution that the ONNX standard prescribes. */
const A = -0.75;

/** The weight of an element at a distance up to 1: (A + 2) x³ - (A + 3) x² + 1. */
function nearWeight(t: Tape, x: Id): Id {
  const inner = t.minus(t.times(x, number(A + 2)), t.scalar(A + 3));
  return t.plus(t.times(t.times(inner, x), x), t.scalar(1));
}

/** The weight of an element at a distance from 1 to 2: A (x³ - 5 x² + 8 x - 4). */
function farWeight(t: Tape, x: Id): Id {
  const inner = t.plus(t.times(t.minus(x, t.scalar(5)), x), t.scalar(8));
  return t.times(t.minus(t.times(inner, x), t.scalar(4)), number(A));
}

/** As far beyond the edges no kernel reads an element of the map. */
const FAR = 4;
/** From here on float32 has no two coordinates between neighbouring elements. */
const MOST_REFLECTED = 2 ** 22;

/**
 * Limits coordinates to where they matter, since those of SynFlow are as large as products of all weights. Where elements
 * at the edge are repeated, cubic interpolation reads those beyond it.
 */
function limited({ t, size, beyond }: Side, x: Id): Id {
  const [min, max] = beyond === 'reflection' ? [-MOST_REFLECTED, MOST_REFLECTED] : [-FAR, size - 1 + FAR];
  return t.add('Clip', [x], { min, max });
}

/** Moves coordinates that lie beyond the edges. */
function inside(side: Side, x: Id): Id {
  const { t, size, kernel, beyond } = side;
  if (beyond === 'reflection') return reflected(side, x);
  return beyond === 'zeros' || kernel === 'cubic' ? x : t.add('Clip', [x], { min: 0, max: size - 1 });
}

/** With u the distance from the first edge modulo twice the width w: first edge + w - |u - w|. */
function reflected({ t, low, high }: Side, x: Id): Id {
  const width = high - low;
  // A side of one element whose edges are its centre.
  if (width === 0) return t.times(x, number(0));
  const from = t.minus(x, t.scalar(low));
  const turns = t.add('Floor', [t.over(from, number(2 * width))]);
  const u = t.minus(from, t.times(turns, number(2 * width)));
  return t.minus(t.scalar(high), t.add('Abs', [t.minus(u, t.scalar(width))]));
}

/** Elements outside the map have the weight 0, if zeros lie there. Indices are valid whatever the coordinates are. */
function tapAt({ t, size, beyond }: Side, at: Id, weight: Id | undefined): Tap {
  const whole = t.add('Cast', [at], { to: 'int' });
  const index = t.add('Max', [t.add('Min', [whole, int(t, size - 1)]), int(t, 0)]);
  if (beyond !== 'zeros') return { index, weight };
  const isInside = t.add('And', [
    t.add('GreaterOrEqual', [at, t.scalar(0)]),
    t.add('LessOrEqual', [at, t.scalar(size - 1)]),
  ]);
  const mask = t.add('Cast', [isInside], { to: 'float' });
  return { index, weight: weight === undefined ? mask : t.times(weight, mask) };
}
