// In: the input rows of a residual block with stride 2, for a whole stack. Out: its output rows and Jacobian products.
import type { Kit, Size } from './kit.js';
import { type Moments, momentsOf, normalize, normalizeGradient } from './normalization.js';

export interface ReductionSite {
  readonly kit: Kit;
  readonly count: number;
  readonly from: Size;
  readonly to: Size;
  /** Weights of the block: two 3x3 convolutions and the shortcut's 1x1; `...Gradient` are those whose convolution is the gradient. */
  weight(use: ResidualUse): string;
}

/** What a residual block's weights are for. */
export type ResidualUse = 'first' | 'second' | 'shortcut' | 'secondGradient' | 'shortcutGradient';

interface Normalized {
  /** Channels form. */
  readonly output: string;
  readonly moments: Moments;
}

/** Every candidate has the same block here, so rows are candidates and nothing is gathered. */
export function reduction(
  site: ReductionSite,
  input: string,
): { output: string; jacobian: (signs: string) => string } {
  const { kit, count, from, to, weight } = site;
  const { g } = kit;
  const source = kit.images(input, count, from);
  const activated = g.add('Relu', [source]);
  const first = normalized(kit, kit.conv(activated, weight('first'), { kernel: 3, stride: 2 }), count, to);
  const middle = g.add('Relu', [kit.images(first.output, count, to)]);
  const second = normalized(kit, kit.conv(middle, weight('second'), { kernel: 3 }), count, to);
  const halved = g.add('AveragePool', [source], { kernel_shape: [2, 2], strides: [2, 2] });
  const shortcut = kit.conv(halved, weight('shortcut'), { kernel: 1 });
  const output = kit.rows(g.add('Add', [kit.images(second.output, count, to), shortcut]), count, to);
  return { output, jacobian: (signs) => jacobianOf(site, { signs, activated, first, middle, second }) };
}

interface Forward {
  readonly activated: string;
  readonly first: Normalized;
  readonly middle: string;
  readonly second: Normalized;
}

/** Jacobian products, [candidates, channels times four times channels]. */
function jacobianOf(
  { kit, count, from, to, weight }: ReductionSite,
  { signs, activated, first, middle, second }: Forward & { signs: string },
): string {
  const { g } = kit;
  const back = (gradient: string, { output, moments }: Normalized, mean: 'zero' | 'any') => {
    const { variance } = moments;
    const inward = normalizeGradient(kit, {
      gradient,
      normalized: kit.rows(output, count, to),
      variance,
      mean,
      rows: count,
      size: to,
    });
    return kit.images(inward, count, to);
  };
  const centred = g.add('Sub', [signs, kit.rowMean(signs)]);
  const inner = kit.conv(back(centred, second, 'zero'), weight('secondGradient'), { kernel: 3 });
  const outer = back(kit.rows(kit.mask(inner, middle), count, to), first, 'any');
  const transposed = g.add('ConvTranspose', [outer, weight('first')], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  });
  const deep = g.add('SpaceToDepth', [kit.mask(transposed, activated)], { blocksize: 2 });
  const positions = to.height * to.width;
  const v = kit.reshape(signs, kit.batch, to.channels, positions);
  const m = from.channels * 4;
  const n = to.channels;
  const main = kit.products(kit.reshape(deep, kit.batch, count * m, positions), v, { m: count * m, n });
  // The shortcut's gradient is the same for all candidates: a quarter of it at each of the four positions.
  const side = kit.conv(kit.images(signs, 1, to), weight('shortcutGradient'), { kernel: 1 });
  const quarter = g.add('Mul', [kit.reshape(side, kit.batch, from.channels, positions), g.float(0.25)]);
  const alone = kit.products(kit.concat([quarter, quarter, quarter, quarter], 1), v, { m, n });
  return g.add('Add', [kit.reshape(main, count, m * n), kit.reshape(alone, 1, m * n)]);
}

function normalized(kit: Kit, images: string, count: number, size: Size): Normalized {
  const channels = kit.channels(images, count, size);
  const [moments] = momentsOf(kit, { groups: [channels], lengths: [count], size });
  return { output: normalize(kit, channels, count * size.channels, moments!), moments: moments! };
}
