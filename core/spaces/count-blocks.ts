// Counts multiply-accumulates and parameters of blocks, and of whole networks.
import type { Block, Weight } from '../ir/block.js';
import type { Network } from '../ir/network.js';
import { channelsOf, positionsOf, type Shape } from '../ir/shape.js';
import { blockShapes } from '../ops/block-shapes.js';
import type { Costs } from './space.js';

export interface Counted {
  readonly flops: number;
  readonly parameters: number;
  readonly output: Shape;
}

/**
 * FLOPs are the multiply-accumulates of convolutions, linear layers and the two matrix products of attention,
 * without relative positions. Parameters are all trainable numbers, including two for each normalized
 * channel.
 */
export function countBlocks(blocks: readonly Block[], input: Shape): Counted {
  let [flops, parameters] = [0, 0];
  let output = input;
  for (const block of blocks) {
    const shapes = blockShapes({ block, input: output });
    block.instructions.forEach(({ operation, slot }, i) => {
      const shape = shapes[i + 1]!;
      if (operation === 'batchNorm') parameters += 2 * channelsOf(shape);
      if (MULTIPLYING.has(operation)) flops += sizeOf(block.weights[slot]!) * positionsOf(shape);
      // Every token is multiplied by every token twice: for the logits, and for the output.
      if (operation === 'attention') flops += 2 * positionsOf(shape) ** 2 * channelsOf(shape);
    });
    for (const weight of Object.values(block.weights)) parameters += sizeOf(weight);
    output = shapes.at(-1)!;
  }
  return { flops, parameters, output };
}

/** The costs of the classifier: a normalization if the network has one, and a linear layer with biases. */
export function countClassifier({
  channels,
  classes,
  normalized,
}: {
  readonly channels: number;
  readonly classes: number;
  readonly normalized: boolean;
}): Pick<Counted, 'flops' | 'parameters'> {
  const flops = channels * classes;
  return { flops, parameters: flops + classes + (normalized ? 2 * channels : 0) };
}

/** The costs of the whole network including the classifier; `layers` is the number of blocks. */
export function countNetwork({
  network: { stem, blocks, classifier, inputChannels = 3 },
  resolution,
}: {
  readonly network: Network;
  readonly resolution: number;
}): Required<Costs> {
  const { flops, parameters, output } = countBlocks(
    [stem, ...blocks],
    [inputChannels, resolution, resolution],
  );
  const head = classifier && countClassifier({ channels: channelsOf(output), ...classifier });
  return {
    flops: flops + (head?.flops ?? 0),
    parameters: parameters + (head?.parameters ?? 0),
    layers: blocks.length,
  };
}

/** Operations that multiply their first weight by every position or token. */
const MULTIPLYING: ReadonlySet<string> = new Set(['conv', 'depthwise', 'linear', 'patchEmbedding']);

function sizeOf({ shape }: Weight): number {
  return shape.reduce((product, n) => product * n, 1);
}
