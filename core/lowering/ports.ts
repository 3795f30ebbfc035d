// Lists the dimensions with which a program declares its inputs and outputs.
import type { Shape } from '../ir/shape.js';
import type { Dimension, Port } from '../onnx/graph.js';

/** Names of a map's dimensions where they are symbolic. */
export const MAP: readonly Dimension[] = ['b', 'c', 'h', 'w'];

/** Dimensions of a batch of activations of one shape. */
export function activationDims(shape: Shape | undefined): readonly Dimension[] | undefined {
  return shape && (shape.length === 3 ? ['b', ...shape] : ['n', shape[1]]);
}

/**
 * The dimensions that stand for channels in the statistics: those of the output, twice, and those of the
 * input's space-to-depth form.
 */
interface ChannelDims {
  readonly cov: readonly Dimension[];
  readonly sum: readonly Dimension[];
  readonly jac: readonly Dimension[];
}
export const OPEN_CHANNELS: ChannelDims = { cov: ['d', 'd'], sum: ['d'], jac: ['e', 'd'] };
/**
 * In a program for several shapes, channels take two dimensions: channel blocks and the channels of a block.
 */
const BLOCKED: readonly Dimension[] = ['blocks', 'block'];
export const BLOCKED_CHANNELS: ChannelDims = {
  cov: [...BLOCKED, ...BLOCKED],
  sum: BLOCKED,
  jac: [...BLOCKED, 'd'],
};

/** The outputs other than `y`. */
export function statisticPorts(
  names: Readonly<Partial<Record<'cov' | 'sum' | 'gram' | 'jac' | 'g', string>>>,
  { inside, channels }: { readonly inside: readonly Dimension[]; readonly channels: ChannelDims },
): readonly (Port & { value: string })[] {
  const dims = { gram: ['n', 'n'], ...channels, g: inside };
  return (['gram', 'cov', 'sum', 'jac', 'g'] as const).flatMap((name) => {
    const value = names[name];
    return value === undefined ? [] : [{ name, value, dims: dims[name] }];
  });
}
