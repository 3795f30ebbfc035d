// Applies the vector-Jacobian products of the rules in core/ops to rows of a supernet.
import { inputsOf, liveValues, type Pass, rewrite } from '../../../lowering/passes/rewrite.js';
import { type Written, write } from '../../../lowering/write.js';
import { relu } from '../../../ops/activation.js';
import { batchNormGradient, EPSILON } from '../../../ops/normalization.js';
import { averagePoolGradient, poolShare } from '../../../ops/pooling.js';
import { add, channelMean, pow, subByChannel } from '../../../ops/primitives.js';
import { Tape, type Value } from '../../../ops/tape.js';
import type { Kit, Size } from './kit.js';
import { normalize } from './normalization.js';

/** The rows of one group: their number, and the size of each. */
export interface RowGroup {
  readonly kit: Kit;
  readonly rows: number;
  readonly size: Size;
}

/**
 * The gradient of an output: that of each row, or the Rademacher probe, one row for all of them. The probe is
 * centred by channel first. This does not change the result, because batch normalization's gradient subtracts
 * the mean, and it is done once for all rows.
 */
export type OutputGradient = { readonly rows: string } | { readonly probe: string };

/**
 * The gradient of batch normalization, in channels form; `y` is its output, and `variance` is by row and
 * channel, without epsilon.
 */
export function normalizationGradient(
  group: RowGroup,
  { dy, y, variance }: { readonly dy: OutputGradient; readonly y: string; readonly variance: string },
): string {
  const tape = new Tape();
  const gradient = 'probe' in dy ? centre(tape.input('dy')) : tape.input('dy');
  const scale = pow(add(tape.input('variance'), EPSILON), -0.5);
  const dx = batchNormGradient({ y: tape.input('y'), dy: gradient, scale });
  return lowerOnRows(group, dx, { dy: 'probe' in dy ? dy.probe : dy.rows, y, variance });
}

/** Subtracts from each row its mean by channel. */
const centre = (x: Value): Value => subByChannel(x, channelMean(x));

/** The gradient of the 3x3 average pooling with stride 1. */
export function poolingGradient(group: RowGroup, dy: string): string {
  const { kit, size } = group;
  const tape = new Tape();
  const gradient = tape.input('dy');
  // The share of a position is the same in all rows and channels.
  const shares = lowerOnRows(group, poolShare(gradient, 3), { dy });
  const share = kit.reshape(shares, size.height * size.width);
  const dx = averagePoolGradient({ dy: gradient, share: tape.input('share'), kernel: 3 });
  return lowerOnRows(group, dx, { dy, share });
}

/** The gradient of a ReLU with output `y`. */
export function reluGradient(
  group: RowGroup,
  { dy, y }: { readonly dy: string; readonly y: string },
): string {
  const tape = new Tape();
  const [x, output, gradient] = [tape.input('x'), tape.input('y'), tape.input('dy')];
  const site = { inputs: [x], weight: () => x, settings: {}, shape: undefined };
  const [dx] = relu.vjp({ ...site, y: output, dy: gradient });
  return lowerOnRows(group, dx!, { dy, y });
}

function lowerOnRows(group: RowGroup, value: Value, given: Readonly<Record<string, string>>): string {
  const { result } = fuseOnRows({ result: value }) as { result: Value };
  const { g } = group.kit;
  return write({ g, values: liveValues({ result }), writers: rowWriters(group), given })(result);
}

/**
 * Fuses (x - mean) (variance + epsilon)^-1/2 into one batch normalization, replaces the mean of a centred
 * tensor by zero, and writes dy where y is positive as one selection.
 */
const fuseOnRows: Pass = (outputs) =>
  rewrite(outputs, (value, { tape, at }) => {
    const apply = (primitive: string, inputs: readonly Value[]) =>
      tape.apply({ primitive, inputs: inputs.map(at) });
    const [difference, scale] = inputsOf(value, 'mulByChannel') ?? [];
    const [x, mean] = inputsOf(difference, 'subByChannel') ?? [];
    const [variance] = inputsOf(inputsOf(scale, 'Pow')?.[0], 'Add') ?? [];
    if (x && mean && variance) return apply('normalize', [x, mean, variance]);
    const [averaged] = inputsOf(value, 'channelMean') ?? [];
    if (averaged && isCentred(averaged)) return apply('zeroMean', [averaged]);
    const [dy, mask] = inputsOf(value, 'Mul') ?? [];
    const [y] = inputsOf(mask, 'positive') ?? [];
    return dy && y ? apply('where', [dy, y]) : undefined;
  });

function isCentred(value: Value): boolean {
  const [x, mean] = inputsOf(value, 'subByChannel') ?? [];
  return x !== undefined && inputsOf(mean, 'channelMean')?.[0] === x;
}

/**
 * Activations are in rows form. Values by row and channel are [1, rows, channels, 1], or vectors if they come
 * from `momentsOf`.
 */
const rowWriters = ({ kit, rows, size }: RowGroup) => ({
  channelMean: ({ inputs: [x] }: Written) => kit.rowMean(x!),
  productMean: ({ g, inputs: [a, b] }: Written) => kit.rowMean(g.add('Mul', [b!, a!])),
  mulByChannel: ({ g, inputs: [x, c] }: Written) => g.add('Mul', [x!, c!]),
  subByChannel: ({ g, inputs: [x, c] }: Written) => g.add('Sub', [x!, c!]),
  zeroMean: () => kit.filled(0, rows * size.channels),
  normalize: ({ value, inputs: [x, mean, variance] }: Written) => {
    const count = rows * size.channels;
    const isVector = value.inputs[1]!.primitive === 'zeroMean';
    const shift = isVector ? mean! : kit.reshape(mean!, count);
    return normalize(kit, {
      channels: kit.channels(x!, rows, size),
      count,
      mean: shift,
      variance: variance!,
    });
  },
  where: ({ inputs: [dy, y] }: Written) => kit.mask(dy!, y!),
  ones: () => kit.filled(1, 1, 1, size.height, size.width),
  averagePool: ({ value: { inputs: from }, inputs: [x] }: Written) =>
    from[0]!.primitive === 'ones'
      ? kit.pool(x!, 'counted')
      : kit.rows(kit.pool(kit.channels(x!, rows, size), 'counted'), rows, size),
});
