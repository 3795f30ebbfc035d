// Defines the network around the cells of the supernet, the size of a run, and the names of its blocks'
// inputs.
import type { Size } from './kit.js';
import type { ResidualUse } from './reduction.js';
import type { Capacities } from './split-into-runs.js';

/**
 * The network around the cells: a stem (3x3 convolution and normalization), then cells and residual blocks
 * with stride 2.
 */
export interface Skeleton {
  readonly input: Size;
  readonly stem: Size;
  readonly blocks: readonly SkeletonBlock[];
}
export interface SkeletonBlock {
  readonly kind: 'cell' | 'reduction';
  readonly from: Size;
  readonly to: Size;
  /** Whether its output and its Jacobian are measured; other blocks only pass their output on. */
  readonly measured: boolean;
}

export interface SupernetShape {
  /** The number of candidates in a run. */
  readonly size: number;
  readonly batch: number;
  readonly capacities: Capacities;
}

/** The input for the Rademacher probe of block `i`, and those for its weights, by use. */
export const signsInput = (block: number): string => `signs.${block}`;
export const weightInput = (block: number, use: string): string => `weight.${block}.${use}`;
const RESIDUAL = ['first', 'second', 'shortcut'] as const;
const RESIDUAL_GRADIENT = ['secondGradient', 'shortcutGradient'] as const;
/** The uses of a residual block's weights. Weights for gradients are needed only if the block is measured. */
export const residualUses = ({ measured }: Pick<SkeletonBlock, 'measured'>): readonly ResidualUse[] =>
  measured ? [...RESIDUAL, ...RESIDUAL_GRADIENT] : RESIDUAL;

/**
 * The shape of a block's Jacobian products. The input's channels count four times where the block halves both
 * sides (space-to-depth).
 */
export function jacobianEntries({ kind, from, to }: Omit<SkeletonBlock, 'measured'>): {
  rows: number;
  columns: number;
} {
  return { rows: kind === 'cell' ? from.channels : from.channels * 4, columns: to.channels };
}
