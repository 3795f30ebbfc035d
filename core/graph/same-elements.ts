// Says which values hold the same elements in another order or shape, as a map and its tokens do.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id } from '../ops/tensor/tape.js';
import { macsOf } from './costs.js';
import { embeddingOf } from './main-input.js';
import type { ResolvedGraph } from './resolve.js';

const MOVES = new Set(['Reshape', 'Transpose', 'Identity']);

/**
 * For each value, the value from which operations that only move elements made it; itself where there are none. Whatever
 * holds the images, such as the concatenation of two of them, or their normalization, is the input.
 */
export function movedFrom(graph: ResolvedGraph): readonly Id[] {
  const from: Id[] = [];
  for (const { id, op, inputs } of graph.tape.values) from[id] = MOVES.has(op!) ? from[inputs[0]!]! : id;
  const holdsImages = graph.parts || embeddingOf(graph) !== undefined ? withoutWeights : withoutLayers;
  const isImage = holdsImages(graph);
  return from.map((each, id) => (isImage[id] ? graph.input : each));
}

/** Of several inputs, whatever is computed from them without weights. */
function withoutWeights({ tape, parts, weights, isStream }: ResolvedGraph): readonly boolean[] {
  if (!parts) return [];
  const isWeighted: boolean[] = [];
  for (const { id } of weights) isWeighted[id] = true;
  for (const { id, inputs } of tape.values) isWeighted[id] ||= inputs.some((each) => isWeighted[each]);
  return tape.values.map(({ id }) => isStream[id]! && !isWeighted[id]);
}

/**
 * What comes before the first convolutions and matrix products, such as a normalization by known or learned numbers. Pooled
 * images, which have fewer elements, are a map of their own.
 */
function withoutLayers(graph: ResolvedGraph): readonly boolean[] {
  const { tape, input, isStream } = graph;
  const size = sizeOf(tape.shape(input));
  const isImage: boolean[] = [];
  for (const { id, inputs, shape } of tape.values)
    isImage[id] =
      id === input ||
      (isStream[id] === true &&
        macsOf(graph, id) === 0 &&
        sizeOf(shape) >= size &&
        inputs.every((each) => isImage[each] || !isStream[each]));
  return isImage;
}
