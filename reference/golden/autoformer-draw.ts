// Creates the tensors of AutoFormer's golden cases (test/goldens/autoformer/SPACE.md, section 5).
import type { Draw } from '../../core/ir/draw.js';
import { fanIn, size } from '../../core/ir/draw.js';
import { drawGolden, goldenDraw } from '../../core/ir/golden-draw.js';

/**
 * `init`: as the published search begins; `he`: attention and positions have an effect; `full`: biases and
 * norms too.
 */
export const PROFILES = ['init', 'he', 'full'] as const;

type Make = (name: string, shape: readonly number[]) => Float32Array;
const uniform =
  (std: number): Make =>
  (name, shape) =>
    drawGolden(name, shape, std);
const constant =
  (value: number): Make =>
  (_, shape) =>
    new Float32Array(size(shape)).fill(value);
const he: Make = (name, shape) => drawGolden(name, shape, Math.sqrt(2 / fanIn(shape)));
const gain: Make = (name, shape) => drawGolden(name, shape, 0.2).map((value) => 1 + value);

/**
 * Patterns of tensor names, the first match of which counts, with the way in which each of PROFILES creates
 * the tensor.
 */
const TABLE: readonly (readonly [tensors: RegExp, init: Make, he: Make, full: Make])[] = [
  [/^patch_embed\.weight$/, uniform((3 * 768) ** -0.5), he, he],
  [/^patch_embed\.bias$/, uniform((3 * 768) ** -0.5), uniform(0.1), uniform(0.1)],
  [/^(cls_token|pos_embed)$/, uniform(0.02), uniform(1), uniform(1)],
  [/\.rel_[kv]\.[vh]$/, uniform(0.02), uniform(0.5), uniform(0.5)],
  [/_norm\.weight$/, constant(1), constant(1), gain],
  [/_norm\.bias$/, constant(0), constant(0), uniform(0.2)],
  [/\.weight$/, uniform(0.02), he, he],
  [/\.bias$/, constant(0), constant(0), uniform(0.3)],
];

/** `zero` names tensors that are zeros instead; `*` matches any text. */
export function autoformerDraw({
  profile,
  zero,
}: {
  readonly profile: (typeof PROFILES)[number];
  readonly zero: readonly string[];
}): Draw {
  const zeros = zero.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`);
  });
  return {
    ...goldenDraw,
    weight: ({ name, shape }) => {
      if (zeros.some((pattern) => pattern.test(name))) return new Float32Array(size(shape));
      const row = TABLE.find(([tensors]) => tensors.test(name));
      if (!row) throw new Error(`tensor "${name}": goldens/autoformer/SPACE.md names no such one`);
      const [, ...makes] = row;
      return makes[PROFILES.indexOf(profile)]!(name, shape);
    },
  };
}
