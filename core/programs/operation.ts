// Out: what an operation of a block is: its shape, its ONNX form and its vector-Jacobian product. The table: operations.ts.
import type { Layout } from './layout.js';
import type { GraphBuilder } from './onnx.js';
import type { Shape } from './shape.js';

/** Static settings of an operation; they are part of a program's topology. */
export type Settings = Readonly<Record<string, number>>;

/** What an operation sees while a graph is written: names of ONNX values, and how they lie in memory. */
export interface Site {
  readonly inputs: readonly string[];
  /** Slot of the weight, '' where there is none; of the first where there are several. */
  readonly slot: string;
  readonly settings: Settings;
  /** Shapes of the first input and of the output, as they lie in memory; only in programs for one shape. */
  readonly read?: Shape | undefined;
  readonly shape?: Shape | undefined;
  readonly layout: Layout;
}
export interface Emitted {
  readonly output: string;
  /** Values that the VJP needs again. */
  readonly saved: readonly string[];
}
/** A gradient, or how it is added to what else flows into the same value (to nothing, if `undefined`). */
export type Gradient = string | ((rest: string | undefined) => string);

export interface Operation {
  /** Its ONNX form depends on the number of channels, so that a program serves one shape alone. */
  readonly sized?: boolean;
  /** Output shape; `weight` is the (first) weight's shape, [] where there is none. */
  shape(args: { inputs: readonly Shape[]; weight: readonly number[]; settings: Settings }): Shape;
  forward(g: GraphBuilder, site: Site): Emitted;
  /** Gradients with respect to each input, given the gradient of the output; `undefined` is zero. */
  vjp(g: GraphBuilder, site: Site, emitted: Emitted, gradient: string): readonly (Gradient | undefined)[];
}

/** The sum of gradients; `undefined` of none. */
export function total(g: GraphBuilder, parts: readonly Gradient[]): string | undefined {
  const values = parts.filter((part) => typeof part === 'string');
  const sum = values.length > 1 ? g.add('Sum', values) : values[0];
  const adders = parts.filter((part) => typeof part !== 'string');
  return adders.reduce<string | undefined>((rest, add) => add(rest), sum);
}
