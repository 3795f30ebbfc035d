// Builds the blocks of vision transformers (AutoFormer): patch embedding with class token and positions,
// attention, MLP.
import { type Block, BlockBuilder, type Cut, type Initialization, type Weight } from '../ir/block.js';
import type { Classifier } from '../ir/network.js';

/** The number of channels of an attention head. */
export const HEAD = 64;
/** Relative positions are clipped to this distance. */
const FARTHEST = 14;
/** The number of rows of a table of relative positions: one for the class token, then -14 to 14. */
export const TABLE = 2 * FARTHEST + 2;

/** The initialization of linear layers, class token, positions and tables of relative positions. */
const NORMAL: Initialization = { kind: 'normal', std: 0.02 };
const ZERO: Initialization = { kind: 'constant', value: 0 };
const ONE: Initialization = { kind: 'constant', value: 1 };

/**
 * The supernet whose weights contain those of all candidates. Without it, each weight is drawn for its own
 * shape.
 */
export interface Largest {
  readonly width: number;
  readonly heads: number;
  readonly hidden: number;
}

/** The sizes that all blocks of one network share. */
export interface Tokens {
  readonly width: number;
  /** The side of the grid of patches. */
  readonly side: number;
  readonly largest?: Largest | undefined;
}

/** The number of hidden channels of an MLP. */
export function hiddenChannels({ width, ratio }: { readonly width: number; readonly ratio: number }): number {
  return Math.trunc(width * ratio);
}

/** The classifier after the last token block: normalization, mean over patches, linear layer. */
export function tokenClassifier(classes: number): Classifier {
  return { classes, normalized: true };
}

/**
 * Embeds the patches of a map of `channels`, prepends a class token and adds positions. `names` are those of
 * the patch weight, class token and positions. The patch embedding is initialized like PyTorch's
 * convolutions, as in the published code.
 */
export function addEmbedding(
  b: BlockBuilder,
  {
    channels,
    patch,
    names: [patches, token, positions],
    width,
    side,
    largest,
  }: Tokens & {
    readonly channels: number;
    readonly patch: number;
    readonly names: readonly [string, string, string];
  },
): number {
  const count = side ** 2;
  const image = [channels, patch, patch];
  const initialization = { kind: 'uniform', bound: (channels * patch ** 2) ** -0.5 } as const;
  const vector = largest && { of: [largest.width] };
  const patched = b.add(
    'patchEmbedding',
    [0],
    { patch, tokens: count },
    weightOf({
      slot: 'patch',
      name: `${patches}.weight`,
      shape: [width, ...image],
      initialization,
      cut: largest && { of: [largest.width, ...image] },
    }),
    weightOf({ slot: 'patch.bias', name: `${patches}.bias`, shape: [width], initialization, cut: vector }),
  );
  const first = weightOf({ slot: 'class', name: token, shape: [width], initialization: NORMAL, cut: vector });
  const all = b.add('classToken', [patched], { tokens: count }, first);
  const cut = largest && { of: [count + 1, largest.width] };
  const shape = [count + 1, width];
  const places = weightOf({ slot: 'positions', name: positions, shape, initialization: NORMAL, cut });
  return b.add('positions', [all], { tokens: count + 1 }, places);
}

/** Adds y = x + proj(attention(qkv(norm(x)))). `at` is the prefix of the weights' names. */
export function addAttention(
  b: BlockBuilder,
  {
    input,
    heads,
    at,
    width,
    side,
    largest,
  }: Tokens & { readonly input: number; readonly heads: number; readonly at: string },
): void {
  const q = HEAD * heads;
  const most = HEAD * (largest?.heads ?? 0);
  const qkv = addLinear(b, {
    input: addNorm(b, { input, width, name: `${at}.attn_norm` }),
    slot: 'qkv',
    name: `${at}.attn.qkv`,
    shape: [3 * q, width],
    cut: largest && { of: [3 * most, largest.width], parts: 3 },
  });
  const table = (slot: string, tensor: string) =>
    weightOf({ slot, name: `${at}.attn.${tensor}`, shape: [TABLE, HEAD], initialization: NORMAL });
  const attended = b.add(
    'attention',
    [qkv],
    { heads, side, farthest: FARTHEST },
    table('relative', 'rel_k.v'),
    table('relative.kc', 'rel_k.h'),
    table('relative.vr', 'rel_v.v'),
    table('relative.vc', 'rel_v.h'),
  );
  const projected = addLinear(b, {
    input: attended,
    slot: 'proj',
    name: `${at}.attn.proj`,
    shape: [width, q],
    cut: largest && { of: [largest.width, most] },
  });
  b.add('sum', [input, projected]);
}

/** Builds y = x + fc2(gelu(fc1(norm(x)))). */
export function mlpBlock({
  name,
  ratio,
  at,
  width,
  largest,
}: Omit<Tokens, 'side'> & { readonly name: string; readonly ratio: number; readonly at: string }): Block {
  const hidden = hiddenChannels({ width, ratio });
  const b = new BlockBuilder({ name, form: 'tokens' });
  const inner = addLinear(b, {
    input: addNorm(b, { input: 0, width, name: `${at}.mlp_norm` }),
    slot: 'fc1',
    name: `${at}.fc1`,
    shape: [hidden, width],
    cut: largest && { of: [largest.hidden, largest.width] },
  });
  const outer = addLinear(b, {
    input: b.add('gelu', [inner]),
    slot: 'fc2',
    name: `${at}.fc2`,
    shape: [width, hidden],
    cut: largest && { of: [largest.width, largest.hidden] },
  });
  b.add('sum', [0, outer]);
  return b.build();
}

function addNorm(
  b: BlockBuilder,
  { input, width, name }: { readonly input: number; readonly width: number; readonly name: string },
) {
  const shape = [width];
  const gain = weightOf({ slot: 'norm', name: `${name}.weight`, shape, initialization: ONE });
  const bias = weightOf({ slot: 'norm.bias', name: `${name}.bias`, shape, initialization: ZERO });
  return b.add('layerNorm', [input], {}, gain, bias);
}

interface AddLinearArguments {
  readonly input: number;
  readonly slot: string;
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly cut?: Cut | undefined;
}

/** A linear layer with bias. */
export function addLinear(b: BlockBuilder, { input, slot, name, shape, cut }: AddLinearArguments): number {
  const matrix = weightOf({ slot, name: `${name}.weight`, shape, initialization: NORMAL, cut });
  const bias = weightOf({
    slot: `${slot}.bias`,
    name: `${name}.bias`,
    shape: [shape[0]],
    initialization: ZERO,
  });
  return b.add('linear', [input], {}, matrix, bias);
}

interface NamedWeight extends Omit<Weight, 'cut'> {
  /** The use of the weight in its block. */
  readonly slot: string;
  readonly cut?: Cut | undefined;
}

function weightOf({ cut, ...weight }: NamedWeight): Weight & { slot: string } {
  return cut ? { ...weight, cut } : weight;
}
