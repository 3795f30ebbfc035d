// In: queries, keys and values of all tokens. Out: attention with relative positions (AutoFormer): shape, ONNX form, VJP.

import type { Settings } from '../ir/block.js';
import type { GraphBuilder } from '../onnx/graph.js';
import { weightInput } from './layout.js';
import type { Emitted, Operation } from './operation.js';
import {
  HEAD,
  joined,
  placesOf,
  type Relative,
  relativeTable,
  timesPlaces,
  timesVectors,
} from './relative.js';

const SCALE = HEAD ** -0.5;

/**
 * Attention of all tokens of an image to each other. Input [tokens, 3 x 64 heads]: queries, keys, values. Output
 * [tokens, 64 heads]. Token 0 is the class token, the others are a square grid of patches, row by row.
 *
 *     logit[a, b] = (q_a . k_b + q_a . RK[a, b]) / 8, p = softmax over b, output_a = sum over b of p[a, b] (v_b + RV[a, b])
 *     R[a, b] = rows[row of b - row of a] + columns[column of b - column of a], distances cut at `farthest`;
 *     entry 0 of both tables where a or b is the class token
 *
 * settings: heads, side (of the grid), farthest. Weights: tables of keys' rows (`slot`), keys' columns (`slot.kc`), values'
 * rows (`slot.vr`) and values' columns (`slot.vc`), each [2 farthest + 2, 64].
 *
 * R is never written out. A query has one number for each row of keys, for each column and for the class token; a 0/1
 * matrix says which of them each key takes. So queries are widened by these numbers and keys by that matrix, and one
 * product gives the logits; values are widened alike. What the class token's query adds to all logits is the same for each
 * key, which softmax does not see, and to its output is entry 0 of both tables, whatever p is.
 */
export const attention: Operation = {
  shape: ({ inputs }) => [inputs[0]![0]!, inputs[0]![1]! / 3],
  forward: (g, { inputs, slot, settings }) =>
    attend(g, inputs[0]!, {
      ...grid(settings),
      heads: settings.heads!,
      keyRows: weightInput(slot),
      keyColumns: weightInput(`${slot}.kc`),
      valueRows: weightInput(`${slot}.vr`),
      valueColumns: weightInput(`${slot}.vc`),
    }),
  vjp: (g, { slot, settings }, { saved }, gradient) => {
    const [p, moving, scaled, keys, values] = saved as [string, string, string, string, string];
    const table = (rows: string, columns: string) =>
      relativeTable(g, { ...grid(settings), rows: weightInput(rows), columns: weightInput(columns) });
    const ofKeys = table(slot, `${slot}.kc`);
    const [d] = headsFirst(g, gradient, settings, 1) as [string];
    const wide = joined(g, d, timesVectors(g, d, table(`${slot}.vr`, `${slot}.vc`)));
    const dp = g.add('MatMul', [wide, turned(g, values)]);
    // The sum of p dp along a row, which softmax's gradient takes off, is that of the output times its gradient.
    const along = g.add('ReduceSum', [g.add('Mul', [d, moving]), g.ints(-1)], { keepdims: 1 });
    const dLogits = g.add('Mul', [p, g.add('Sub', [dp, along])]);
    const [direct, taken] = parted(g, g.add('MatMul', [dLogits, keys]), ofKeys);
    const dq = g.add('Mul', [g.add('Add', [direct, timesPlaces(g, taken, ofKeys)]), g.float(SCALE)]);
    const dk = g.add('MatMul', [turned(g, dLogits), scaled]);
    const dv = g.add('MatMul', [turned(g, p), d]);
    const parts = [dq, dk, dv].map((part) => tokensFirst(g, part, settings));
    return [g.add('Concat', parts, { axis: 1 })];
  },
};

export interface Attending {
  readonly heads: number;
  readonly side: number;
  readonly farthest: number;
  /** Names of the tables. */
  readonly keyRows: string;
  readonly keyColumns: string;
  readonly valueRows: string;
  readonly valueColumns: string;
}

/** The forward pass: queries, keys and values [images x tokens, 3 x 64 heads] to [images x tokens, 64 heads]. */
export function attend(
  g: GraphBuilder,
  qkv: string,
  { heads, side, farthest, keyRows, keyColumns, valueRows, valueColumns }: Attending,
): Emitted & { readonly output: string } {
  const at = { side, farthest };
  const [q, k, v] = headsFirst(g, qkv, { side, heads }, 3) as [string, string, string];
  const ofKeys = relativeTable(g, { ...at, rows: keyRows, columns: keyColumns });
  const ofValues = relativeTable(g, { ...at, rows: valueRows, columns: valueColumns });
  const scaled = g.add('Mul', [q, g.float(SCALE)]);
  const queries = joined(g, scaled, timesVectors(g, scaled, ofKeys));
  const places = placesOf(g, k, at);
  const keys = joined(g, k, places);
  const values = joined(g, v, places);
  const p = g.add('Softmax', [g.add('MatMul', [queries, turned(g, keys)])], { axis: -1 });
  const [direct, taken] = parted(g, g.add('MatMul', [p, values]), ofKeys);
  const moving = g.add('Add', [direct, timesPlaces(g, taken, ofValues)]);
  const output = tokensFirst(g, g.add('Add', [moving, ofValues.classRow]), { side, heads });
  return { output, saved: [p, moving, scaled, keys, values] };
}

const grid = ({ side, farthest }: Settings) => ({ side: side!, farthest: farthest! });

/** Each of `parts` of [images x tokens, parts x 64 heads] as [images, heads, tokens, 64]. */
function headsFirst(g: GraphBuilder, x: string, { side, heads }: Settings, parts: number): readonly string[] {
  const split = g.add('Reshape', [x, g.ints(-1, side! ** 2 + 1, parts, heads!, HEAD)]);
  const turned = g.add('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
  const each = parts === 1 ? [turned] : g.addMany('Split', [turned], { axis: 0, num_outputs: parts }, parts);
  return each.map((part) => g.add('Squeeze', [part, g.ints(0)]));
}

/** [images, heads, tokens, 64] as [images x tokens, 64 heads]. */
function tokensFirst(g: GraphBuilder, x: string, { heads }: Settings): string {
  return g.add('Reshape', [g.add('Transpose', [x], { perm: [0, 2, 1, 3] }), g.ints(-1, heads! * HEAD)]);
}

/** The 64 channels of a widened tensor, and the rest. */
function parted(g: GraphBuilder, x: string, { side }: Relative): [string, string] {
  return g.addMany('Split', [x, g.ints(HEAD, 2 * side + 1)], { axis: -1 }, 2) as [string, string];
}

/** [images, heads, n, m] as [images, heads, m, n]. */
function turned(g: GraphBuilder, x: string): string {
  return g.add('Transpose', [x], { perm: [0, 1, 3, 2] });
}
