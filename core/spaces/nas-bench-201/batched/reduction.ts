// Writes the forward pass and the Jacobian products of a residual block with stride 2, for all candidates of a run.
import type { Kit, Size } from './kit.js';
import { type Moments, momentsOf, normalize } from './normalization.js';
import { normalizationGradient, type OutputGradient, reluGradient } from './rule-gradients.js';

export interface ReductionSite {
  readonly kit: Kit;
  readonly count: number;
  readonly from: Size;
  readonly to: Size;
  /**
   * Weights of the block: two 3x3 convolutions and the 1x1 convolution of the shortcut; the uses
   * `...Gradient` are the weights of the convolutions that compute their gradients.
   */
  weight(use: ResidualUse): string;
}

/** The uses of a residual block's weights. */
export type ResidualUse = 'first' | 'second' | 'shortcut' | 'secondGradient' | 'shortcutGradient';

interface Normalized {
  /** The output, in rows form. */
  readonly output: string;
  readonly moments: Moments;
}

/** All candidates have the same residual block, so rows are candidates and nothing is gathered. */
export function reduction(
  site: ReductionSite,
  input: string,
): { output: string; jacobian: (signs: string) => string } {
  const { kit, count, from, to, weight } = site;
  const { g } = kit;
  const activated = g.add('Relu', [input]);
  const strided = { kernel: 3, stride: 2 };
  const first = normalizeImages(site, kit.conv(kit.images(activated, count, from), weight('first'), strided));
  const middle = g.add('Relu', [first.output]);
  const second = normalizeImages(
    site,
    kit.conv(kit.images(middle, count, to), weight('second'), { kernel: 3 }),
  );
  const source = kit.images(input, count, from);
  const halved = g.add('AveragePool', [source], { kernel_shape: [2, 2], strides: [2, 2] });
  const shortcut = kit.conv(halved, weight('shortcut'), { kernel: 1 });
  const output = g.add('Add', [second.output, kit.rows(shortcut, count, to)]);
  return { output, jacobian: (signs) => jacobianOf(site, { signs, activated, first, middle, second }) };
}

interface Forward {
  readonly activated: string;
  readonly first: Normalized;
  readonly middle: string;
  readonly second: Normalized;
}

/** Jacobian products, [candidates, 4 * channels of the input * channels of the output]. */
function jacobianOf(
  { kit, count, from, to, weight }: ReductionSite,
  { signs, activated, first, middle, second }: Forward & { readonly signs: string },
): string {
  const { g } = kit;
  const rows = { kit, rows: count, size: to };
  const back = (dy: OutputGradient, { output: y, moments: { variance } }: Normalized) =>
    kit.images(normalizationGradient(rows, { dy, y, variance }), count, to);
  const inner = kit.conv(back({ probe: signs }, second), weight('secondGradient'), { kernel: 3 });
  const outer = back({ rows: reluGradient(rows, { dy: kit.rows(inner, count, to), y: middle }) }, first);
  const transposed = g.add('ConvTranspose', [outer, weight('first')], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  });
  const wide = { kit, rows: count, size: from };
  const dx = reluGradient(wide, { dy: kit.rows(transposed, count, from), y: activated });
  const deep = kit.spaceToDepth(dx, count, from);
  const positions = to.height * to.width;
  const v = kit.reshape(signs, kit.batch, to.channels, positions);
  const m = from.channels * 4;
  const n = to.channels;
  const main = kit.products(kit.reshape(deep, kit.batch, count * m, positions), v, { m, n, rows: count });
  // The shortcut's gradient is the same for all candidates: a quarter of it at each of the four positions.
  const side = kit.conv(kit.images(signs, 1, to), weight('shortcutGradient'), { kernel: 1 });
  const quarter = g.add('Mul', [kit.reshape(side, kit.batch, from.channels, positions), g.float(0.25)]);
  const alone = kit.products(kit.concat([quarter, quarter, quarter, quarter], 1), v, { m, n, rows: 1 });
  return g.add('Add', [main, alone]);
}

function normalizeImages({ kit, count, to }: ReductionSite, images: string): Normalized {
  const channels = kit.channels(images, count, to);
  const [moments] = momentsOf(kit, { groups: [channels], lengths: [count], size: to });
  const output = normalize(kit, { channels, count: count * to.channels, ...moments! });
  return { output: kit.rows(output, count, to), moments: moments! };
}
