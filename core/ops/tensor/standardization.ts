// Defines the first and second derivative of a normalization as single operations.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Rules, Site, WriteSite } from './rule.js';
import { listOf } from './signature.js';
import type { Id } from './tape.js';

/**
 * Both stand for a function of x, with y = r (x - m), r = 1 / sqrt(variance + epsilon) and means over `axes`.
 * The mean m and r are further inputs, as in Standardize: the derivatives with respect to x already include
 * the paths through them.
 */
export const standardizations: Rules = {
  /**
   * B(g) = r (g - mean(g) - y mean(g y)), the gradient of Standardize, of inputs [g, x, m, r]. It is symmetric
   * in g, so that its product with h is B(h) with respect to g.
   */
  StandardizeGradient: {
    shape: ([g]) => g!,
    vjp: ({ t, x: [g, x, m, r], g: h, attributes }) => [
      t.add('StandardizeGradient', [h, x!, m!, r!], attributes),
      t.add('StandardizeCurvature', [g!, h, x!, m!, r!], attributes),
      undefined,
      undefined,
    ],
    write: writeGradient,
  },
  /**
   * The product of B(g) with h, with respect to x, of inputs [g, h, x, m, r]. With p = mean(g y), q = mean(h
   * y), g' = g - mean(g) and h' = h - mean(h):
   *
   *     -r² (h' p + g' q + y (mean(h' g) - 3 p q))
   *
   * It is the sum of the product with respect to y, -r (h p + g q), carried back through y, and of that with
   * respect to r, sum(h B) / r, carried back by dr/dx = -r² y / n.
   */
  StandardizeCurvature: { shape: ([g]) => g!, write: writeCurvature },
};

/** The gradient of Standardize as one operation. */
export function standardizeGradient({ t, x, g, attributes }: Site): readonly (Id | undefined)[] {
  return [t.add('StandardizeGradient', [g, ...x], attributes), undefined, undefined];
}

/** The nodes of y, centred gradients and means, which the graph holds once however often they are added. */
function partsOf(
  g: GraphBuilder,
  { axes, x, m, r }: Readonly<Record<'x' | 'm' | 'r', string>> & { readonly axes: readonly number[] },
) {
  const mean = (value: string) => g.add('ReduceMean', [value, g.ints(...axes)], { keepdims: 1 });
  const y = g.add('Mul', [g.add('Sub', [x, m]), r]);
  return {
    y,
    mean,
    centred: (value: string) => g.add('Sub', [value, mean(value)]),
    along: (value: string) => mean(g.add('Mul', [value, y])),
  };
}

/** The differences come before the factor r, which may be large where they are zero. */
function writeGradient({ g, inputs, attributes }: WriteSite): string {
  const [gradient, x, m, r] = inputs as [string, string, string, string];
  const { y, centred, along } = partsOf(g, { axes: listOf(attributes, 'axes'), x, m, r });
  return g.add('Mul', [r, g.add('Sub', [centred(gradient), g.add('Mul', [y, along(gradient)])])]);
}

function writeCurvature({ g, inputs, attributes }: WriteSite): string {
  const [gradient, h, x, m, r] = inputs as [string, string, string, string, string];
  const { y, mean, centred, along } = partsOf(g, { axes: listOf(attributes, 'axes'), x, m, r });
  const [p, q] = [along(gradient), along(h)];
  const times = (a: string, b: string) => g.add('Mul', [a, b]);
  const cross = g.add('Add', [times(centred(h), p), times(centred(gradient), q)]);
  const factor = g.add('Sub', [mean(times(centred(h), gradient)), times(times(p, q), g.float(3))]);
  const sum = g.add('Add', [cross, times(y, factor)]);
  return times(sum, times(times(r, r), g.float(-1)));
}
