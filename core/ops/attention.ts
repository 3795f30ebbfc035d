// Defines self-attention over all tokens of an image with AutoFormer's relative positions.
import { add, mul, sub } from './primitives.js';
import {
  concatChannels,
  type Grid,
  HEAD,
  matMul,
  placesOf,
  type Relative,
  relativeTable,
  timesPlaces,
  timesVectors,
  transpose,
} from './relative.js';
import type { Rule, Site } from './rule.js';
import type { Value } from './tape.js';

const SCALE = HEAD ** -0.5;

/**
 * Attention of all tokens of an image to each other. Input [tokens, 3 x 64 heads]: queries, keys, values. Output
 * [tokens, 64 heads]. Token 0 is the class token, the others are a square grid of patches, row by row.
 *
 *     logit[a, b] = (q_a . k_b + q_a . RK[a, b]) / 8, p = softmax over b, output_a = sum over b of p[a, b] (v_b + RV[a, b])
 *     R[a, b] = rows[row of b - row of a] + columns[column of b - column of a], distances clipped to `farthest`;
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
export const attention: Rule = {
  shape: ({ inputs }) => [inputs[0]![0]!, inputs[0]![1]! / 3],
  forward: (site) => attend(attending(site)).output,
  vjp: ({ dy, ...site }) => {
    const at = attending(site);
    const { tape } = dy;
    const { p, moving, scaled, keys, values } = attend(at);
    const ofKeys = relativeTable({ ...at, rows: at.keyRows, columns: at.keyColumns });
    const [d] = headsFirst(dy, at, 1) as [Value];
    const ofValues = relativeTable({ ...at, rows: at.valueRows, columns: at.valueColumns });
    const wide = concatChannels(d, timesVectors(d, ofValues));
    const dp = matMul(wide, transposeKeys(values));
    // The gradient of softmax is p (dp - sum(p dp)); sum(p dp) along a row equals the sum of output times its
    // gradient.
    const along = tape.onnx('ReduceSum', [mul(d, moving), tape.ints(-1)], { keepdims: 1 });
    const dLogits = mul(p, sub(dp, along));
    const [direct, taken] = splitChannels(matMul(dLogits, keys), at);
    const dq = mul(add(direct, timesPlaces(taken, ofKeys)), SCALE);
    const dk = matMul(transposeKeys(dLogits), scaled);
    const dv = matMul(transposeKeys(p), d);
    const parts = [dq, dk, dv].map((part) => tokensFirst(part, at));
    return [tape.onnx('Concat', parts, { axis: 1 })];
  },
};

export interface Attending extends Grid {
  /** Queries, keys and values, [images * tokens, 3 * 64 * heads], where 64 is the width of a head. */
  readonly qkv: Value;
  readonly heads: number;
  readonly keyRows: Value;
  readonly keyColumns: Value;
  readonly valueRows: Value;
  readonly valueColumns: Value;
}

const attending = ({ inputs, weight, settings: { heads, side, farthest } }: Site): Attending => ({
  qkv: inputs[0]!,
  heads: heads!,
  side: side!,
  farthest: farthest!,
  keyRows: weight(),
  keyColumns: weight('.kc'),
  valueRows: weight('.vr'),
  valueColumns: weight('.vc'),
});

/**
 * The forward pass, which returns the output [images x tokens, 64 heads] and what the gradient needs of it.
 */
export function attend(at: Attending) {
  const [q, k, v] = headsFirst(at.qkv, at, 3) as [Value, Value, Value];
  const ofKeys = relativeTable({ ...at, rows: at.keyRows, columns: at.keyColumns });
  const ofValues = relativeTable({ ...at, rows: at.valueRows, columns: at.valueColumns });
  const scaled = mul(q, SCALE);
  const queries = concatChannels(scaled, timesVectors(scaled, ofKeys));
  const places = placesOf(k, at);
  const keys = concatChannels(k, places);
  const values = concatChannels(v, places);
  const p = q.tape.onnx('Softmax', [matMul(queries, transposeKeys(keys))], { axis: -1 });
  const [direct, taken] = splitChannels(matMul(p, values), at);
  const moving = add(direct, timesPlaces(taken, ofValues));
  const output = tokensFirst(add(moving, ofValues.classRow), at);
  return { output, p, moving, scaled, keys, values };
}

type Heads = Pick<Attending, 'heads' | 'side'>;

/** Splits [images x tokens, parts x 64 heads] into `parts` tensors [images, heads, tokens, 64]. */
function headsFirst(x: Value, { side, heads }: Heads, parts: number): readonly Value[] {
  const { tape } = x;
  const split = tape.onnx('Reshape', [x, tape.ints(-1, side ** 2 + 1, parts, heads, HEAD)]);
  const all = transpose(split, 2, 0, 3, 1, 4);
  const each =
    parts === 1 ? [all] : tape.onnxResults('Split', [all], { axis: 0, num_outputs: parts, results: parts });
  return each.map((part) => tape.onnx('Squeeze', [part, tape.ints(0)]));
}

/** Reshapes [images, heads, tokens, 64] to [images x tokens, 64 heads]. */
function tokensFirst(x: Value, { heads }: Heads): Value {
  const { tape } = x;
  return tape.onnx('Reshape', [transpose(x, 0, 2, 1, 3), tape.ints(-1, heads * HEAD)]);
}

/** Splits a widened tensor into its 64 channels and the further ones. */
function splitChannels(x: Value, { side }: Pick<Relative, 'side'>): [Value, Value] {
  const { tape } = x;
  const sizes = tape.ints(HEAD, 2 * side + 1);
  return tape.onnxResults('Split', [x, sizes], { axis: -1, results: 2 }) as unknown as [Value, Value];
}

/** Transposes [images, heads, n, m] to [images, heads, m, n]. */
const transposeKeys = (x: Value): Value => transpose(x, 0, 1, 3, 2);
