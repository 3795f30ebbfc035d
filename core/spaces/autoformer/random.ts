// Draws random AutoFormer architectures, and mutates them.
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import type { Architecture, Layer } from './architecture.js';
import type { Choices } from './choices.js';

/** Depth, width, and the MLP ratio and heads of each layer are uniform and independent, as in AutoFormer's search. */
export function randomArchitecture({
  choices,
  key,
}: {
  readonly choices: Choices;
  readonly key: RandomKey;
}): Architecture {
  const random = randomStream(key);
  const layers = Array.from({ length: random.pick(choices.depths) }, () => undefined);
  const ratios = layers.map(() => random.pick(choices.ratios));
  const heads = layers.map(() => random.pick(choices.heads));
  const width = random.pick(choices.widths);
  return { width, layers: ratios.map((ratio, i) => ({ ratio, heads: heads[i]! })) };
}

interface MutateArchitectureArguments {
  readonly parent: Architecture;
  readonly choices: Choices;
  readonly key: RandomKey;
  readonly mutations: number;
}

/**
 * Applies `mutations` changes one after the other. AutoFormer's search defines no such mutation; this one is
 * our own. A change picks one choice (depth, width, and the heads and the MLP ratio of each layer, all
 * equally likely) and sets it to one of its other values, equally likely. A smaller depth removes the last
 * layers; a larger depth appends random ones.
 */
export function mutateArchitecture({
  parent,
  choices,
  key,
  mutations,
}: MutateArchitectureArguments): Architecture {
  const random = randomStream(key);
  const layer = (): Layer => ({ heads: random.pick(choices.heads), ratio: random.pick(choices.ratios) });
  let { width, layers } = parent;
  for (let i = 0; i < mutations; i++) {
    const place = random.below(2 + 2 * layers.length);
    if (place === 0) {
      const depth = random.pickOther(choices.depths, layers.length);
      const added = Array.from({ length: Math.max(0, depth - layers.length) }, layer);
      layers = [...layers.slice(0, depth), ...added];
    } else if (place === 1) width = random.pickOther(choices.widths, width);
    else {
      const index = (place - 2) >> 1;
      const { heads, ratio } = layers[index]!;
      const changed =
        place % 2 === 0
          ? { heads: random.pickOther(choices.heads, heads), ratio }
          : { heads, ratio: random.pickOther(choices.ratios, ratio) };
      layers = layers.with(index, changed);
    }
  }
  return { width, layers };
}
