// Translates CumSum: of constants into their sums, of activations into a product with a triangle of ones.
import { axisOf, range, stridesOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { LARGEST_MATRIX, timesAlongAxis } from './axis-product.js';
import type { NodeSite } from './operator.js';

export function cumulativeSum(site: NodeSite): Id {
  const { t } = site;
  const { constant, type } = t.get(site.x(0));
  if (constant) return sumsOfConstants(site);
  if (type === 'float') return sumsOfActivations(site, site.x(0));
  // With these, networks count the tokens of each expert.
  return t.add('Cast', [sumsOfActivations(site, t.add('Cast', [site.x(0)], { to: 'float' }))], { to: type });
}

interface Settings {
  readonly axis: number;
  readonly isReversed: boolean;
  readonly isExclusive: boolean;
}

function settingsOf(site: NodeSite): Settings {
  return {
    axis: axisOf(site.known(1)[0]!, site.shape(0).length),
    isReversed: site.number('reverse', 0) === 1,
    isExclusive: site.number('exclusive', 0) === 1,
  };
}

/** Row i of the matrix is 1 at the positions that the sum i adds. */
function sumsOfActivations(site: NodeSite, values: Id): Id {
  const { t } = site;
  const { axis, isReversed, isExclusive } = settingsOf(site);
  const n = site.shape(0)[axis]!;
  if (n * n > LARGEST_MATRIX)
    throw new TapeError(
      `it adds up ${n} positions, of which at most ${Math.sqrt(LARGEST_MATRIX)} can be`,
      'too-large',
    );
  const isAdded = (i: number, j: number) => (isReversed ? j > i : j < i) || (j === i && !isExclusive);
  const ones = range(n * n).map((at) => Number(isAdded(Math.floor(at / n), at % n)));
  return timesAlongAxis(t, values, { axis, matrix: t.constant(ones, [n, n]) });
}

/** With these, exporters count positions. */
function sumsOfConstants(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const { axis, isReversed, isExclusive } = settingsOf(site);
  const values = site.known(0);
  const [size, stride] = [shape[axis]!, stridesOf(shape)[axis]!];
  const sums = new Float64Array(values.length);
  const step = isReversed ? -stride : stride;
  for (let line = 0; line < sums.length; line++) {
    if (Math.floor(line / stride) % size !== 0) continue;
    let at = isReversed ? line + (size - 1) * stride : line;
    for (let i = 0, total = 0; i < size; i++, at += step) {
      const next = total + values[at]!;
      sums[at] = isExclusive ? total : next;
      total = next;
    }
  }
  return t.constant(sums, shape, t.get(site.x(0)).type);
}
