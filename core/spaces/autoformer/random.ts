// In: a key. Out: a random architecture, or a parent with some choices changed.
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import type { Architecture, Layer } from './architecture.js';
import type { Choices } from './choices.js';

/** Uniform depth, MLP ratio of each layer, heads of each layer, width, all independent: as AutoFormer's search draws. */
export function randomArchitecture({ choices, key }: { choices: Choices; key: RandomKey }): Architecture {
  const random = randomStream(key);
  const layers = Array.from({ length: random.pick(choices.depths) }, () => undefined);
  const ratios = layers.map(() => random.pick(choices.ratios));
  const heads = layers.map(() => random.pick(choices.heads));
  const width = random.pick(choices.widths);
  return { width, layers: ratios.map((ratio, i) => ({ ratio, heads: heads[i]! })) };
}

/**
 * `mutations` changes one after the other; AutoFormer's search has none, so this is ours. A change picks one of depth,
 * width, heads of a layer, MLP ratio of a layer (each layer's two choices count like depth and width) and gives it another
 * value, all others equally likely. Less depth takes the last layers off, more adds random ones at the end.
 */
export function mutateArchitecture({
  parent,
  choices,
  key,
  mutations,
}: {
  parent: Architecture;
  choices: Choices;
  key: RandomKey;
  mutations: number;
}): Architecture {
  const random = randomStream(key);
  const other = (values: readonly number[], value: number) =>
    random.pick(values.filter((each) => each !== value));
  const layer = (): Layer => ({ heads: random.pick(choices.heads), ratio: random.pick(choices.ratios) });
  let { width, layers } = parent;
  for (let i = 0; i < mutations; i++) {
    const place = random.below(2 + 2 * layers.length);
    if (place === 0) {
      const depth = other(choices.depths, layers.length);
      const added = Array.from({ length: Math.max(0, depth - layers.length) }, layer);
      layers = [...layers.slice(0, depth), ...added];
    } else if (place === 1) width = other(choices.widths, width);
    else {
      const index = (place - 2) >> 1;
      const { heads, ratio } = layers[index]!;
      const changed =
        place % 2 === 0
          ? { heads: other(choices.heads, heads), ratio }
          : { heads, ratio: other(choices.ratios, ratio) };
      layers = layers.with(index, changed);
    }
  }
  return { width, layers };
}
