// Translates the operator Attention of the ONNX standard, which newer exporters write for scaled dot product attention,
// into products and a softmax.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

/** Its inputs after queries, keys, values and mask: those of models that generate text token by token. */
const CACHES = ['past_key', 'past_value', 'nonpad_kv_seqlen'];

/**
 * softmax(softcap(s q kᵀ) + mask) v with s = 1 / √d unless the attribute `scale` gives it, for queries q
 * [batch, heads, length, d]; or [batch, length, heads * d] with the attributes q_num_heads and kv_num_heads. Each head of
 * keys and values serves as many consecutive heads of queries. Returns the result in the layout of the queries, then keys
 * and values as [batch, heads, length, channels].
 */
export function attention(site: NodeSite): readonly (Id | undefined)[] {
  const { t } = site;
  CACHES.forEach((name, i) => {
    if (site.has(4 + i)) throw new TapeError(`it has ${name}, a cache of earlier steps; must have none`);
  });
  const isFlat = site.shape(0).length === 3;
  const q = headsOf(site, 0, 'q_num_heads');
  const [k, v] = [headsOf(site, 1, 'kv_num_heads'), headsOf(site, 2, 'kv_num_heads')];
  const heads = t.shape(q)[1]!;
  const scale = site.number('scale', t.shape(q)[3]! ** -0.5);
  if (!(scale > 0)) throw new TapeError(`its attribute scale is ${scale}; must be above 0`);
  const root = Math.sqrt(scale);
  const keys = t.transpose(repeatHeads(t, k, heads), [0, 1, 3, 2]);
  const products = t.add('MatMul', [t.times(q, { number: root }), t.times(keys, { number: root })]);
  const probabilities = t.add('Softmax', [masked(site, capped(site, products))], { axis: 3 });
  const result = t.add('MatMul', [probabilities, repeatHeads(t, v, heads)]);
  return [isFlat ? flatten(t, result) : result, k, v, undefined];
}

/** An input as [batch, heads, length, channels]. */
function headsOf(site: NodeSite, i: number, attribute: string): Id {
  const shape = site.shape(i);
  if (shape.length === 4) return site.x(i);
  if (shape.length !== 3)
    throw new TapeError(
      `its input ${i} has shape [${shape}]; must be [batch, heads, length, channels] or [batch, length, channels]`,
    );
  const heads = site.number(attribute);
  const [batch, length, width] = shape as [number, number, number];
  if (!(Number.isInteger(heads) && heads > 0 && width % heads === 0))
    throw new TapeError(
      `its attribute ${attribute} is ${heads}; must divide the ${width} channels of its input ${i}, of shape [${shape}]`,
    );
  return site.t.transpose(site.t.reshape(site.x(i), [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

function flatten(t: Tape, x: Id): Id {
  const [batch, heads, length, width] = t.shape(x) as [number, number, number, number];
  return t.reshape(t.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
}

/** Repeats each head so that there are as many as heads of queries. */
function repeatHeads(t: Tape, x: Id, heads: number): Id {
  const [batch, own, length, width] = t.shape(x) as [number, number, number, number];
  if (own === heads) return x;
  if (heads % own !== 0)
    throw new TapeError(`it has ${heads} heads of queries and ${own} of keys; must be a multiple`);
  const apart = t.expand(t.reshape(x, [batch, own, 1, length, width]), [
    batch,
    own,
    heads / own,
    length,
    width,
  ]);
  return t.reshape(apart, [batch, heads, length, width]);
}

/** cap tanh(x / cap), where the attribute `softcap` gives a cap. */
function capped(site: NodeSite, x: Id): Id {
  const { t } = site;
  const cap = site.number('softcap', 0);
  if (cap === 0) return x;
  return t.times(t.add('Tanh', [t.times(x, { number: 1 / cap })]), { number: cap });
}

/** Adds the mask, in which a boolean one has -Infinity for false, and -Infinity for keys that the attributes exclude. */
function masked(site: NodeSite, x: Id): Id {
  const { t } = site;
  const [rows, columns] = t.shape(x).slice(2) as [number, number];
  const excluded = excludedKeys(site, { rows, columns });
  const scores = excluded ? t.plus(x, excluded) : x;
  if (!site.has(3)) return scores;
  if (site.shape(3).at(-1) !== columns)
    throw new TapeError(
      `its mask has shape [${site.shape(3)}]; its last size must be that of the keys, ${columns}`,
    );
  const isBoolean = t.get(site.x(3)).type === 'bool';
  const mask = isBoolean
    ? t.add('Where', [site.x(3), t.scalar(0), t.scalar(Number.NEGATIVE_INFINITY)])
    : site.x(3);
  return t.plus(scores, mask);
}

/** 0 where a query may read a key, and else -Infinity; undefined where every query may read every key. */
function excludedKeys(
  site: NodeSite,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Id | undefined {
  const left = site.number('left_window_size', -1);
  const right = site.number('is_causal', 0) ? 0 : site.number('right_window_size', -1);
  if (left < 0 && right < 0) return undefined;
  const mayRead = (row: number, column: number) =>
    (left < 0 || row - column <= left) && (right < 0 || column - row <= right);
  site.t.checkRoom(rows * columns);
  const values = Float64Array.from({ length: rows * columns }, (_, i) =>
    mayRead(Math.floor(i / columns), i % columns) ? 0 : Number.NEGATIVE_INFINITY,
  );
  return site.t.constant(values, [rows, columns]);
}
