// Defines elementwise operations on tensors: activations, arithmetic with broadcasting, comparisons and
// selection.
import { erf, writeErf } from './erf.js';
import type { Rule, Rules, Site } from './rule.js';
import { broadcast, broadcastIndex, sizeOf } from './shapes.js';
import { numberOf, type Operand } from './signature.js';
import type { Id, Tape } from './tape.js';

type Unary = (site: Site & { readonly a: Id }) => Id;

function unary(of: (a: number) => number, slope?: Unary): Rule {
  return {
    shape: ([a]) => a!,
    fold: ({ operands: [a] }) => mapNumbers(a!.values, of),
    ...(slope ? { vjp: (site: Site) => [site.t.times(site.g, slope({ ...site, a: site.x[0]! }))] } : {}),
  };
}

/** The gradients before they are summed over the axes along which an operand was broadcast. */
type Binary = (site: Site & { readonly a: Id; readonly b: Id }) => readonly (() => Id)[];

function binary(of: (a: number, b: number) => number, slopes?: Binary): Rule {
  return {
    shape: broadcast,
    fold: ({ operands: [a, b], shape, type }) => {
      const value = type === 'int' ? (x: number, y: number) => Math.trunc(of(x, y)) : of;
      return zip([a!, b!], shape, value);
    },
    ...(slopes
      ? {
          vjp: (site: Site) => {
            const [a, b] = site.x as [Id, Id];
            const gradients = slopes({ ...site, a, b });
            return site.x.map((id, i) =>
              site.wanted[i] ? site.t.unbroadcast(gradients[i]!(), site.t.shape(id)) : undefined,
            );
          },
        }
      : {}),
  };
}

/**
 * A loop in place of `Float64Array.map` and `Float64Array.from`, which take ten times as long; masks of
 * windowed attention are large.
 */
function mapNumbers(values: Float64Array, of: (value: number) => number): Float64Array {
  const out = new Float64Array(values.length);
  for (let k = 0; k < out.length; k++) out[k] = of(values[k]!);
  return out;
}

/** Applies `of` to each pair of elements of two operands, broadcast to `shape`. */
function zip(
  [a, b]: readonly [Operand, Operand],
  shape: readonly number[],
  of: (a: number, b: number) => number,
): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  const left = spread(a, shape);
  if (sizeOf(b.shape) === 1) {
    const y = b.values[0]!;
    for (let k = 0; k < values.length; k++) values[k] = of(left[k]!, y);
    return values;
  }
  const right = spread(b, shape);
  for (let k = 0; k < values.length; k++) values[k] = of(left[k]!, right[k]!);
  return values;
}

/** The values of an operand, broadcast to `shape`. */
function spread(operand: Operand, shape: readonly number[]): Float64Array {
  const { values } = operand;
  if (values.length === sizeOf(shape)) return values;
  const out = new Float64Array(sizeOf(shape));
  if (values.length === 1) return out.fill(values[0]!);
  const index = broadcastIndex(operand.shape, shape);
  for (let k = 0; k < out.length; k++) out[k] = values[index[k]!]!;
  return out;
}

function comparison(of: (a: number, b: number) => boolean): Rule {
  return { ...binary((a, b) => Number(of(a, b))), type: () => 'bool' };
}

/**
 * The gradient of the larger or the smaller of two operands goes to the one that was selected, and half to
 * each where they are equal (as in PyTorch).
 */
const taken: Binary = ({ t, a, b, y, g }) => {
  const share = (own: Id, other: Id) => () => {
    const isTaken = t.add('Cast', [t.add('Equal', [own, y])], { to: 'float' });
    const isOther = t.add('Cast', [t.add('Equal', [other, y])], { to: 'float' });
    return t.over(t.times(g, isTaken), t.plus(isTaken, isOther));
  };
  return [share(a, b), share(b, a)];
};

/** Smaller bases of a root count as this number in its gradient. */
const LEAST_BASE = 1e-30;

/**
 * The gradient of a root (an exponent between 0 and 1) is infinite at 0. There, the operations before it, such
 * as the absolute value of an Lp pooling, have a gradient of 0, and the product would be no number.
 */
function awayFromZero(t: Tape, base: Id, exponent: Id): Id {
  const isRoot = t.get(exponent).constant?.every((b) => b > 0 && b < 1);
  return isRoot ? t.add('Max', [base, t.scalar(LEAST_BASE)]) : base;
}

export const elementwise: Rules = {
  Relu: {
    ...unary((a) => Math.max(0, a)),
    // Multiplying by a step function takes half the time of a comparison and a selection.
    vjp: ({ t, y, g }) => [t.times(g, t.add('Step', [y]))],
  },
  /** Limits to [`min`, `max`]. Where no element lies outside, the result is the input itself. */
  Clip: {
    shape: ([a]) => a!,
    fold: ({ operands: [a], attributes }) => {
      const [min, max] = [numberOf(attributes, 'min'), numberOf(attributes, 'max')];
      return a!.values.map((value) => Math.min(Math.max(value, min), max));
    },
    vjp: ({ t, x, y, g }) => [t.add('Where', [t.add('Equal', [x[0]!, y]), g, t.scalar(0)])],
    write: ({ g, inputs: [a], attributes }) =>
      g.add('Clip', [a!, g.float(numberOf(attributes, 'min')), g.float(numberOf(attributes, 'max'))]),
  },
  Sigmoid: unary(
    (a) => 1 / (1 + Math.exp(-a)),
    ({ t, y }) => t.times(y, t.minus(t.scalar(1), y)),
  ),
  Tanh: unary(Math.tanh, ({ t, y }) => t.minus(t.scalar(1), t.times(y, y))),
  Exp: unary(Math.exp, ({ y }) => y),
  Log: unary(Math.log, ({ t, a }) => t.over(t.scalar(1), a)),
  Sqrt: unary(Math.sqrt, ({ t, y }) => t.over(t.scalar(0.5), y)),
  Abs: unary(Math.abs, ({ t, a }) => t.add('Sign', [a])),
  Neg: unary(
    (a) => -a,
    ({ t }) => t.scalar(-1),
  ),
  Softplus: unary(
    (a) => Math.log1p(Math.exp(-Math.abs(a))) + Math.max(a, 0),
    ({ t, a }) => t.add('Sigmoid', [a]),
  ),
  // d erf(a) / da = 2 / sqrt(π) exp(-a²)
  Erf: {
    ...unary(erf, ({ t, a }) =>
      t.times(t.add('Exp', [t.add('Neg', [t.times(a, a)])]), { number: 2 / Math.sqrt(Math.PI) }),
    ),
    write: writeErf,
  },
  Sin: unary(Math.sin, ({ t, a }) => t.add('Cos', [a])),
  Cos: unary(Math.cos, ({ t, a }) => t.add('Neg', [t.add('Sin', [a])])),
  Sign: unary(Math.sign),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Not: unary((a) => Number(!a)),

  Add: binary(
    (a, b) => a + b,
    ({ g }) => [() => g, () => g],
  ),
  Sub: binary(
    (a, b) => a - b,
    ({ t, g }) => [() => g, () => t.add('Neg', [g])],
  ),
  Mul: binary(
    (a, b) => a * b,
    ({ t, a, b, g }) => [() => t.times(g, b), () => t.times(g, a)],
  ),
  Div: binary(
    (a, b) => a / b,
    ({ t, b, y, g }) => [() => t.over(g, b), () => t.add('Neg', [t.over(t.times(g, y), b)])],
  ),
  // d a^b / da = b a^(b-1); d a^b / db = a^b log a
  Pow: binary(
    (a, b) => a ** b,
    ({ t, a, b, y, g }) => [
      () => t.times(t.times(g, b), t.add('Pow', [awayFromZero(t, a, b), t.minus(b, t.scalar(1))])),
      () => t.times(t.times(g, y), t.add('Log', [a])),
    ],
  ),
  Min: binary(Math.min, taken),
  Max: binary(Math.max, taken),
  Mod: binary((a, b) => a - b * Math.floor(a / b)),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  And: comparison((a, b) => Boolean(a && b)),
  Or: comparison((a, b) => Boolean(a || b)),

  Where: {
    shape: broadcast,
    type: ([, a]) => a!,
    fold: ({ operands: [condition, a, b], shape }) => {
      const [tests, yes, no] = [condition!, a!, b!].map((operand) => spread(operand, shape)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const chosen = new Float64Array(sizeOf(shape));
      for (let k = 0; k < chosen.length; k++) chosen[k] = tests[k] ? yes[k]! : no[k]!;
      return chosen;
    },
    vjp: ({ t, x: [condition, a, b], g, wanted }) => {
      const zero = t.scalar(0);
      return [
        undefined,
        wanted[1] ? t.unbroadcast(t.add('Where', [condition!, g, zero]), t.shape(a!)) : undefined,
        wanted[2] ? t.unbroadcast(t.add('Where', [condition!, zero, g]), t.shape(b!)) : undefined,
      ];
    },
  },
  Cast: {
    shape: ([a]) => a!,
    type: (_, { to }) => to as 'float' | 'int' | 'bool',
    fold: ({ operands: [a], type }) =>
      type === 'int'
        ? mapNumbers(a!.values, Math.trunc)
        : type === 'bool'
          ? mapNumbers(a!.values, (v) => Number(v !== 0))
          : a!.values,
    vjp: ({ g, t, x }) => [t.get(x[0]!).type === 'float' ? g : undefined],
    write: ({ g, inputs, attributes: { to } }) =>
      g.add('Cast', inputs, { to: to === 'float' ? g.floatType : to === 'int' ? 7 : 9 }),
  },
};
