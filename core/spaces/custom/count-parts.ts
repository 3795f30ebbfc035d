// Counts the costs of the stem and the stages of a custom space, for chains of blocks and for graphs.
import { NetworkBuilder } from '../../graph/network-builder.js';
import { channelsOf, type Shape } from '../../ir/shape.js';
import { type Counted, countBlocks } from '../count-blocks.js';
import { addRepetition, addStem, repetitionsOf } from './graph.js';
import { stageBlocks, stemBlocks } from './network.js';
import type { Option } from './options.js';
import type { Definition } from './schema.js';

export interface PartCounter {
  stem(args: { stem: Option; first: Option; resolution: number }): Counted;
  stage(args: { stage: number; option: Option; shape: Shape }): Counted;
}

export function chainParts(definition: Definition): PartCounter {
  return {
    stem: ({ stem, first, resolution }) =>
      countBlocks(stemBlocks({ definition, stem, first }), [
        definition.input.channels,
        resolution,
        resolution,
      ]),
    stage: ({ stage, option, shape }) => {
      const first = countBlocks(stageBlocks({ stage, option: { ...option, depth: 1 }, input: shape }), shape);
      // All repetitions after the first have the same costs.
      const times = option.depth - 1;
      if (times === 0) return first;
      const alike = { ...option, depth: 1, stride: 1 };
      const other = countBlocks(stageBlocks({ stage, option: alike, input: first.output }), first.output);
      return {
        flops: first.flops + times * other.flops,
        parameters: first.parameters + times * other.parameters,
        output: first.output,
      };
    },
  };
}

export function graphParts(definition: Definition): PartCounter {
  return {
    stem: ({ stem, first, resolution }) => {
      const b = new NetworkBuilder({ side: resolution, channels: definition.input.channels });
      const { channels, side } = addStem({ b, x: b.images, stem, first });
      return { ...b.costs, output: [channels, side, side] };
    },
    stage: ({ option, shape }) => {
      const b = new NetworkBuilder({ side: shape[1]!, channels: channelsOf(shape) });
      let x = b.images;
      const times = repetitionsOf(option, x);
      for (let index = 0; index < times; index++) x = addRepetition({ b, x, option, index });
      return { ...b.costs, output: [x.channels, x.side, x.side] };
    },
  };
}
