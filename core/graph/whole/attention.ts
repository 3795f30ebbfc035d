// Writes AutoFormer's attention with relative positions on a tape, with an entry for every pair of tokens.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import type { Written } from './writer.js';

/** The number of channels of a head. */
const HEAD = 64;

/**
 * Queries, keys and values [batch, tokens, 3 x 64 heads] to [batch, tokens, 64 heads]; the formula is in core/ops/attention.ts.
 *
 *     logit[a, b] = (q_a . k_b + q_a . RK[a, b]) / 8,  output_a = sum over b of p[a, b] (v_b + RV[a, b])
 */
export function attention({ writer: { t, batch }, x, weight, settings }: Written): Id {
  const { heads, side, farthest } = settings as Readonly<Record<string, number>>;
  const tokens = side! ** 2 + 1;
  const split = t.transpose(t.reshape(x[0]!, [batch, tokens, 3, heads!, HEAD]), [2, 0, 3, 1, 4]);
  const [q, k, v] = [0, 1, 2].map((part) =>
    t.reshape(t.add('Slice', [split], { axis: 0, start: part, end: part + 1, step: 1 }), [
      batch * heads!,
      tokens,
      HEAD,
    ]),
  ) as [Id, Id, Id];
  const ofKeys = relativeVectors({
    t,
    rows: weight(),
    columns: weight('.kc'),
    side: side!,
    farthest: farthest!,
  });
  const ofValues = relativeVectors({
    t,
    rows: weight('.vr'),
    columns: weight('.vc'),
    side: side!,
    farthest: farthest!,
  });
  const places = byToken(t, t.add('MatMul', [byToken(t, q), t.transpose(ofKeys, [0, 2, 1])]));
  const logits = t.plus(t.add('MatMul', [q, t.transpose(k, [0, 2, 1])]), places);
  const p = t.add('Softmax', [t.times(logits, { number: HEAD ** -0.5 })], { axis: 2 });
  const taken = t.plus(t.add('MatMul', [p, v]), byToken(t, t.add('MatMul', [byToken(t, p), ofValues])));
  const apart = t.transpose(t.reshape(taken, [batch, heads!, tokens, HEAD]), [0, 2, 1, 3]);
  return t.reshape(apart, [batch, tokens, heads! * HEAD]);
}

/** Reshapes [images x heads, tokens, n] to [tokens, images x heads, n], and back. */
const byToken = (t: Tape, x: Id): Id => t.transpose(x, [1, 0, 2]);

interface RelativeVectorsArguments {
  readonly t: Tape;
  readonly rows: Id;
  readonly columns: Id;
  readonly side: number;
  readonly farthest: number;
}

/**
 * R[a, b], [tokens, tokens, 64], for query a and key b: the sum of a row's and a column's vector, with entry
 * 0 of both tables for the class token.
 */
function relativeVectors({ t, rows, columns, side, farthest }: RelativeVectorsArguments): Id {
  const tokens = side ** 2 + 1;
  const entries = (place: (token: number) => number) => {
    const out = new Float64Array(tokens ** 2);
    for (let a = 1; a < tokens; a++)
      for (let b = 1; b < tokens; b++) {
        const distance = Math.max(-farthest, Math.min(farthest, place(b) - place(a)));
        out[a * tokens + b] = distance + farthest + 1;
      }
    return t.constant(out, [tokens, tokens], 'int');
  };
  const ofRows = entries((token) => Math.floor((token - 1) / side));
  const ofColumns = entries((token) => (token - 1) % side);
  return t.plus(
    t.add('Gather', [rows, ofRows], { axis: 0 }),
    t.add('Gather', [columns, ofColumns], { axis: 0 }),
  );
}
