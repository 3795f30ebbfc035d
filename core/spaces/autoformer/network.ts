// In: an architecture and a resolution. Out: the network as blocks for the programs, its weights slices of the supernet's.
import {
  type Block,
  BlockBuilder,
  type Cut,
  type Initialization,
  type Network,
  type Weight,
} from '../../programs/block.js';
import type { Architecture, Layer } from './architecture.js';
import { type Choices, FARTHEST, HEAD, PATCH, TABLE } from './choices.js';
import { CLASSES, hiddenChannels } from './costs.js';

/** Linear layers, class token, positions, tables. */
const NORMAL: Initialization = { kind: 'normal', std: 0.02 };
const ZERO: Initialization = { kind: 'constant', value: 0 };
const ONE: Initialization = { kind: 'constant', value: 1 };
const PIXELS = 3 * PATCH ** 2;
/** PyTorch's default of a convolution, which the published code leaves to the patches' weight and bias. */
const PATCHES: Initialization = { kind: 'uniform', bound: PIXELS ** -0.5 };

/**
 * Features are the stream after each attention and each MLP; the stem is everything up to the first attention. Every
 * weight is the front of the supernet's, so that candidates share what they have in common, as in the published search.
 */
export function architectureNetwork({
  architecture,
  choices,
  resolution,
}: {
  architecture: Architecture;
  choices: Choices;
  resolution: number;
}): Network {
  const { width, layers } = architecture;
  const side = Math.floor(resolution / PATCH);
  const parts = { width, side, largest: choices.largest };
  const blocks: Block[] = [];
  layers.forEach((layer, index) => {
    if (index > 0) blocks.push(attentionBlock({ ...parts, layer, index, name: `block${blocks.length}` }));
    blocks.push(mlpBlock({ ...parts, layer, index, name: `block${blocks.length}` }));
  });
  const stem = stemBlock({ ...parts, layer: layers[0]! });
  return { stem, blocks, identities: 'skipped', classifier: { classes: CLASSES, normalized: true } };
}

interface Parts {
  readonly width: number;
  /** Of the grid of patches. */
  readonly side: number;
  readonly largest: Choices['largest'];
}

function stemBlock({ layer, ...parts }: Parts & { layer: Layer }): Block {
  const { width, side, largest } = parts;
  const patches = side ** 2;
  const b = new BlockBuilder({ name: 'stem', form: 'tokens' });
  const patched = b.add(
    'patchEmbedding',
    [0],
    { patch: PATCH, tokens: patches },
    {
      ...slot('patch', 'patch_embed.weight', [width, 3, PATCH, PATCH], PATCHES),
      cut: { of: [largest.width, 3, PATCH, PATCH] },
    },
    { ...slot('patch.bias', 'patch_embed.bias', [width], PATCHES), cut: { of: [largest.width] } },
  );
  const token = { ...slot('class', 'cls_token', [width], NORMAL), cut: { of: [largest.width] } };
  const all = b.add('classToken', [patched], { tokens: patches }, token);
  const places = slot('positions', 'pos_embed', [patches + 1, width], NORMAL);
  const placed = b.add(
    'positions',
    [all],
    { tokens: patches + 1 },
    { ...places, cut: { of: [patches + 1, largest.width] } },
  );
  addAttention({ ...parts, b, input: placed, layer, index: 0 });
  return b.build();
}

function attentionBlock({ name, ...rest }: Parts & { name: string; layer: Layer; index: number }): Block {
  const b = new BlockBuilder({ name, form: 'tokens' });
  addAttention({ ...rest, b, input: 0 });
  return b.build();
}

/** x + proj(attention(qkv(norm(x)))). */
function addAttention({
  b,
  input,
  layer: { heads },
  index,
  width,
  side,
  largest,
}: Parts & { b: BlockBuilder; input: number; layer: Layer; index: number }): void {
  const q = HEAD * heads;
  const most = HEAD * largest.heads;
  const at = `blocks.${index}`;
  const normed = addNorm({ b, input, width, name: `${at}.attn_norm` });
  const qkv = addLinear({
    b,
    input: normed,
    slot: 'qkv',
    name: `${at}.attn.qkv`,
    shape: [3 * q, width],
    cut: { of: [3 * most, largest.width], parts: 3 },
  });
  const table = (name: string, tensor: string) => slot(name, `${at}.attn.${tensor}`, [TABLE, HEAD], NORMAL);
  const attended = b.add(
    'attention',
    [qkv],
    { heads, side, farthest: FARTHEST },
    table('relative', 'rel_k.v'),
    table('relative.kc', 'rel_k.h'),
    table('relative.vr', 'rel_v.v'),
    table('relative.vc', 'rel_v.h'),
  );
  const projected = addLinear({
    b,
    input: attended,
    slot: 'proj',
    name: `${at}.attn.proj`,
    shape: [width, q],
    cut: { of: [largest.width, most] },
  });
  b.add('sum', [input, projected]);
}

/** x + fc2(gelu(fc1(norm(x)))). */
function mlpBlock({
  name,
  layer: { ratio },
  index,
  width,
  largest,
}: Parts & { name: string; layer: Layer; index: number }): Block {
  const hidden = hiddenChannels({ width, ratio });
  const most = hiddenChannels(largest);
  const at = `blocks.${index}`;
  const b = new BlockBuilder({ name, form: 'tokens' });
  const normed = addNorm({ b, input: 0, width, name: `${at}.mlp_norm` });
  const inner = addLinear({
    b,
    input: normed,
    slot: 'fc1',
    name: `${at}.fc1`,
    shape: [hidden, width],
    cut: { of: [most, largest.width] },
  });
  const outer = addLinear({
    b,
    input: b.add('gelu', [inner]),
    slot: 'fc2',
    name: `${at}.fc2`,
    shape: [width, hidden],
    cut: { of: [largest.width, most] },
  });
  b.add('sum', [0, outer]);
  return b.build();
}

function addNorm({ b, input, width, name }: { b: BlockBuilder; input: number; width: number; name: string }) {
  const gain = slot('norm', `${name}.weight`, [width], ONE);
  return b.add('layerNorm', [input], {}, gain, slot('norm.bias', `${name}.bias`, [width], ZERO));
}

function addLinear({
  b,
  input,
  slot: at,
  name,
  shape,
  cut,
}: {
  b: BlockBuilder;
  input: number;
  slot: string;
  name: string;
  shape: readonly [number, number];
  cut: Cut;
}): number {
  const matrix = { ...slot(at, `${name}.weight`, shape, NORMAL), cut };
  return b.add('linear', [input], {}, matrix, slot(`${at}.bias`, `${name}.bias`, [shape[0]], ZERO));
}

function slot(
  slot: string,
  name: string,
  shape: readonly number[],
  initialization: Initialization,
): Weight & { slot: string } {
  return { slot, name, shape, initialization };
}
