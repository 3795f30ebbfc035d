// Builds the network of a candidate of a custom space as a graph, for definitions with choices that chains
// cannot express.
import { type CandidateGraph, NetworkBuilder, type Tensor } from '../../graph/network-builder.js';
import type { Block } from '../../ir/block.js';
import { cellBlock, reductionBlock } from '../nas-bench-201/network.js';
import { activate } from './activations.js';
import type { Candidate } from './candidate.js';
import { cellOf } from './cells.js';
import { activatesFirst, endsNormalized } from './network.js';
import type { Option } from './options.js';
import type { Definition } from './schema.js';
import { splitCandidate } from './stem.js';
import { UNITS } from './units.js';

/** Features are the outputs of the stem and of each repetition; a stage ends with its last one. */
export function candidateGraph({
  definition,
  candidate,
  resolution,
}: {
  readonly definition: Definition;
  readonly candidate: Candidate;
  readonly resolution: number;
}): CandidateGraph {
  const { stem, stages } = splitCandidate(definition, candidate);
  const b = new NetworkBuilder({ side: resolution, channels: definition.input.channels });
  let x = b.feature({
    x: addStem({ b, x: b.images, stem, first: stages[0]! }),
    before: b.images,
    end: 'stage',
  });
  for (const option of stages) {
    const times = repetitionsOf(option, x);
    for (let i = 0; i < times; i++)
      x = b.feature({
        x: addRepetition({ b, x, option, index: i }),
        before: x,
        end: i === times - 1 ? 'stage' : 'block',
      });
  }
  return b.classify(addEnd({ b, x, last: stages.at(-1)! }), definition.classes);
}

interface AddStemArguments {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly stem: Option;
  readonly first: Option;
}

export function addStem({
  b,
  x,
  stem: { width, kernel, stride, activation, pool },
  first,
}: AddStemArguments): Tensor {
  const normalized = b.normalize(b.conv(x, { to: width || first.width, kernel, stride }));
  const active = activatesFirst(first) ? normalized : activate(b, normalized, activation);
  return pool === 1 ? active : b.pool(active, { kind: 'max', kernel: 3, stride: pool });
}

/** The number of repetitions of a stage's layers; 0 for an identity that keeps the shape. */
export function repetitionsOf({ kind, width, stride, depth }: Option, x: Tensor): number {
  return kind === 'identity' && stride === 1 && width === x.channels ? 0 : depth;
}

interface AddRepetitionArguments {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly option: Option;
  readonly index: number;
}

/** Adds one repetition. The first one has the stride and changes the width. */
export function addRepetition({ b, x, option, index }: AddRepetitionArguments): Tensor {
  const { kind, width: to } = option;
  const from = x.channels;
  switch (kind) {
    case 'cell':
      return addBlock(b, x, cellBlock({ cell: cellOf(option.cell), name: 'cell', from, to }));
    case 'reduction':
      return addBlock(b, x, reductionBlock({ name: 'reduction', from, to }));
    case 'transformer':
    case 'stem':
      throw new RangeError(`${kind}: is no stage of a graph`);
    default:
      return UNITS[kind]({ b, x, option, stride: index === 0 ? option.stride : 1 });
  }
}

/**
 * Adds normalization and activation before the classifier if the last block begins, rather than ends, with
 * its own.
 */
function addEnd({
  b,
  x,
  last,
}: {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly last: Option;
}): Tensor {
  return endsNormalized(last) ? activate(b, b.normalize(x), last.activation) : x;
}

/** Adds the instructions of a block of NAS-Bench-201 one by one. */
function addBlock(b: NetworkBuilder, x: Tensor, block: Block): Tensor {
  const values = [x];
  for (const { operation, inputs, settings, slot } of block.instructions) {
    const [first, ...rest] = inputs.map((i) => values[i]!) as [Tensor, ...Tensor[]];
    const { kernel = 1, stride = 1 } = settings;
    switch (operation) {
      case 'conv':
        values.push(b.conv(first, { to: block.weights[slot]!.shape[0]!, kernel, stride }));
        break;
      case 'batchNorm':
        values.push(b.normalize(first));
        break;
      case 'relu':
        values.push(b.relu(first));
        break;
      case 'averagePool':
        values.push(b.pool(first, { kind: 'average', kernel, stride, ...(kernel === 2 ? { pad: 0 } : {}) }));
        break;
      case 'sum':
        values.push(b.sum([first, ...rest]));
        break;
      default:
        throw new RangeError(`${operation}: is no operation of a cell`);
    }
  }
  return values.at(-1)!;
}
