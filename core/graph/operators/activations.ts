// Translates activations and arithmetic of the ONNX standard into operations of the table.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { castTo, type NodeSite, type Operator, type Operators } from './operator.js';

const same =
  (op: string, count: number): Operator =>
  (site) => [site.t.add(op, site.exactly(count))];

/** Sum, Max and Min of any number of inputs. */
const chained =
  (op: string): Operator =>
  (site) => {
    const [, ...rest] = site.all();
    return [rest.reduce((sum, id) => site.t.add(op, [sum, id]), site.x(0))];
  };

const unary =
  (of: (t: Tape, x: Id, site: NodeSite) => Id): Operator =>
  (site) => [of(site.t, site.x(0), site)];

const positive = (t: Tape, x: Id) => t.add('Greater', [x, t.scalar(0)]);
const number = (value: number) => ({ number: value });

/**
 * x where x > 0, else `scale` (exp(x / alpha) - 1). The exponential is computed only for x <= 0, because it
 * would overflow elsewhere.
 */
function exponentialUnit(
  t: Tape,
  x: Id,
  { alpha, scale }: { readonly alpha: number; readonly scale: number },
): Id {
  const below = t.add('Min', [x, t.scalar(0)]);
  const curve = t.times(t.minus(t.add('Exp', [t.over(below, number(alpha))]), t.scalar(1)), number(scale));
  return t.add('Where', [positive(t, x), x, curve]);
}

export function clip(
  t: Tape,
  x: Id,
  { min, max }: { readonly min?: Id | undefined; readonly max?: Id | undefined },
): Id {
  const known = (id: Id | undefined, none: number) => (id === undefined ? none : t.get(id).constant?.[0]);
  const [low, high] = [known(min, Number.NEGATIVE_INFINITY), known(max, Number.POSITIVE_INFINITY)];
  if (low !== undefined && high !== undefined)
    return low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY
      ? x
      : t.add('Clip', [x], { min: low, max: high });
  // Any element may be equal to a bound that is a weight, so the gradient is taken from a selection.
  const raised = min === undefined ? x : t.add('Where', [t.add('Less', [x, min]), min, x]);
  return max === undefined ? raised : t.add('Where', [t.add('Greater', [raised, max]), max, raised]);
}

export function sigmoidTimes(t: Tape, x: Id, alpha = 1): Id {
  return t.times(x, t.add('Sigmoid', [alpha === 1 ? x : t.times(x, number(alpha))]));
}

/** The tanh approximation of GELU, x Φ(x). */
function geluByTanh(t: Tape, x: Id): Id {
  const half = t.times(x, number(0.5));
  const one = t.scalar(1);
  const cube = t.times(t.times(x, x), x);
  const inner = t.times(t.plus(x, t.times(cube, number(0.044715))), number(Math.sqrt(2 / Math.PI)));
  return t.times(half, t.plus(one, t.add('Tanh', [inner])));
}

/** The nearest whole number; of two that are equally near, the even one. */
export function roundToEven(t: Tape, x: Id): Id {
  const half = t.plus(x, t.scalar(0.5));
  const up = t.add('Floor', [half]);
  const halved = t.times(up, number(0.5));
  const isOdd = t.add('Less', [t.add('Floor', [halved]), halved]);
  const isOddTie = t.add('And', [t.add('Equal', [half, up]), isOdd]);
  return t.add('Where', [isOddTie, t.plus(up, t.scalar(-1)), up]);
}

export const activations: Operators = {
  ...Object.fromEntries(
    [
      'Relu',
      'Sigmoid',
      'Tanh',
      'Exp',
      'Log',
      'Sqrt',
      'Abs',
      'Neg',
      'Softplus',
      'Erf',
      'Sin',
      'Cos',
      'Sign',
      'Floor',
      'Ceil',
      'Not',
    ].map((op) => [op, same(op, 1)]),
  ),
  ...Object.fromEntries(
    [
      'Add',
      'Sub',
      'Mul',
      'Div',
      'Equal',
      'Less',
      'LessOrEqual',
      'Greater',
      'GreaterOrEqual',
      'And',
      'Or',
    ].map((op) => [op, same(op, 2)]),
  ),
  Round: unary((t, x) => roundToEven(t, x)),
  // Only what is not a number differs from itself.
  IsNaN: unary((t, x) => t.add('Not', [t.add('Equal', [x, x])])),
  Where: (site) => {
    const type = site.t.get(site.x(0)).type;
    if (type !== 'bool') throw new TapeError(`its condition has numbers of the type ${type}; must be bool`);
    return [site.t.add('Where', site.exactly(3))];
  },
  Pow: (site) => [power(site.t, site.exactly(2))],
  Mod: (site) => [site.number('fmod', 0) ? truncatedRemainder(site) : site.t.add('Mod', site.exactly(2))],
  Min: chained('Min'),
  Max: chained('Max'),
  Sum: chained('Add'),
  Mean: (site) => [site.t.over(chained('Add')(site)[0]!, number(site.count))],
  Reciprocal: unary((t, x) => t.over(t.scalar(1), x)),
  LeakyRelu: unary((t, x, site) =>
    t.add('Where', [positive(t, x), x, t.times(x, number(site.number('alpha', 0.01)))]),
  ),
  PRelu: unary((t, x, site) => t.add('Where', [positive(t, x), x, t.times(x, site.x(1))])),
  ThresholdedRelu: unary((t, x, site) =>
    t.add('Where', [t.add('Greater', [x, t.scalar(site.number('alpha', 1))]), x, t.scalar(0)]),
  ),
  Elu: unary((t, x, site) => exponentialUnit(t, x, { alpha: 1, scale: site.number('alpha', 1) })),
  Celu: unary((t, x, site) => {
    const alpha = site.number('alpha', 1);
    return exponentialUnit(t, x, { alpha, scale: alpha });
  }),
  Selu: unary((t, x, site) => {
    const [alpha, gamma] = [
      site.number('alpha', 1.6732632423543772),
      site.number('gamma', 1.0507009873554805),
    ];
    return t.times(exponentialUnit(t, x, { alpha: 1, scale: alpha }), number(gamma));
  }),
  HardSigmoid: unary((t, x, site) =>
    hardSigmoid(t, x, { alpha: site.number('alpha', 0.2), beta: site.number('beta', 0.5) }),
  ),
  HardSwish: unary((t, x) => t.times(x, hardSigmoid(t, x, { alpha: 1 / 6, beta: 0.5 }))),
  Swish: unary((t, x, site) => sigmoidTimes(t, x, site.number('alpha', 1))),
  Mish: unary((t, x) => t.times(x, t.add('Tanh', [t.add('Softplus', [x])]))),
  Softsign: unary((t, x) => t.over(x, t.plus(t.scalar(1), t.add('Abs', [x])))),
  Gelu: unary((t, x, site) =>
    site.text('approximate', 'none') === 'tanh' ? geluByTanh(t, x) : t.add('Gelu', [x]),
  ),
  Clip: (site) => {
    const bound = (i: number) => (site.has(i) ? site.x(i) : undefined);
    return [clip(site.t, site.x(0), { min: bound(1), max: bound(2) })];
  },
  Identity: (site) => [site.x(0)],
  // Masks and ratios are ignored: a network is scored in evaluation mode, except for its normalizations.
  Dropout: (site) => [site.x(0), undefined],
  Cast: (site) => {
    const to = castTo(site.number('to'));
    return [site.t.get(site.x(0)).type === to ? site.x(0) : site.t.add('Cast', [site.x(0)], { to })];
  },
  CastLike: (site) => {
    const to = site.t.get(site.x(1)).type;
    return [site.t.get(site.x(0)).type === to ? site.x(0) : site.t.add('Cast', [site.x(0)], { to })];
  },
};

/** In ONNX the exponent of floats may be an integer; the gradient multiplies by it. */
function power(t: Tape, inputs: readonly Id[]): Id {
  const [a, b] = inputs as [Id, Id];
  const isMixed = t.get(a).type === 'float' && t.get(b).type !== 'float';
  return t.add('Pow', [a, isMixed ? t.add('Cast', [b], { to: 'float' }) : b]);
}

/** a - b trunc(a / b), where the remainder has the sign of a. A quotient of integers is truncated already. */
function truncatedRemainder(site: NodeSite): Id {
  const { t } = site;
  const [a, b] = [site.x(0), site.x(1)];
  const quotient = t.over(a, b);
  const whole = t.add('Floor', [t.add('Abs', [quotient])]);
  const isInteger = t.get(a).type === 'int';
  return t.minus(a, t.times(b, isInteger ? quotient : t.times(t.add('Sign', [quotient]), whole)));
}

function hardSigmoid(t: Tape, x: Id, { alpha, beta }: { readonly alpha: number; readonly beta: number }): Id {
  return t.add('HardSigmoid', [x], { alpha, beta });
}
