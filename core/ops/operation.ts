// Out: what an operation of a block is: its shape, its ONNX form and its vector-Jacobian product. The table: operations.ts.

import type { Settings } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import type { GraphBuilder } from '../onnx/graph.js';
import type { Activation, Layout } from './layout.js';

/** What an operation sees while a graph is written: names of ONNX values, and how they lie in memory. */
export interface Site {
  readonly inputs: readonly string[];
  /** The inputs as they can be added to others, for an operation that `adds`: its `inputs` are not written. */
  readonly addends: readonly Addend[];
  /** Slot of the weight, '' where there is none; of the first where there are several. */
  readonly slot: string;
  readonly settings: Settings;
  /** Shapes of the first input and of the output, as they lie in memory; only in programs for one shape. */
  readonly read?: Shape | undefined;
  readonly shape?: Shape | undefined;
  readonly layout: Layout;
}
export interface Emitted {
  readonly output: Addend;
  /** Values that the VJP needs again. */
  readonly saved: readonly string[];
}
/**
 * What can be added to others: a value, or how to make it and add it to their sum (to nothing, if `undefined`) in one pass,
 * with an activation `then`. Made this way it is never written alone.
 */
export type Addend = string | ((rest: string | undefined, then?: Activation) => string);

/** A gradient that is still to be multiplied by `factor`, by channel. A convolution's product takes that into its weight. */
export interface Scaled {
  readonly value: string;
  readonly factor: string;
}

export interface Operation {
  /** Its ONNX form depends on the number of channels, so that a program serves one shape alone. */
  readonly sized?: boolean;
  /** Whether it takes its inputs as addends. */
  readonly adds?: boolean;
  /** Whether its VJP takes a factor of the gradient. */
  readonly scales?: boolean;
  /** Output shape; `weight` is the (first) weight's shape, [] where there is none. */
  shape(args: { inputs: readonly Shape[]; weight: readonly number[]; settings: Settings }): Shape;
  forward(g: GraphBuilder, site: Site): Emitted;
  /** Gradients with respect to each input, given the gradient of the output (times `factor`, if it `scales`); `undefined` is zero. */
  vjp(
    g: GraphBuilder,
    site: Site,
    emitted: Emitted,
    gradient: string,
    factor?: string,
  ): readonly (Addend | Scaled | undefined)[];
}

/** The sum of addends, and an activation of it; `undefined` of none. */
export function total(g: GraphBuilder, parts: readonly Addend[], then?: Activation): string | undefined {
  const values = parts.filter((part) => typeof part === 'string');
  const sum = values.length > 1 ? g.add('Sum', values) : values[0];
  const adders = parts.filter((part) => typeof part !== 'string');
  const last = adders.pop();
  const rest = adders.reduce<string | undefined>((rest, add) => add(rest), sum);
  if (last) return last(rest, then);
  return rest !== undefined && then ? g.add(then, [rest]) : rest;
}
