// Finds the features of networks of vectors, such as a multilayer perceptron: [images, channels], whose samples are the images.
import type { Id } from '../ops/tensor/tape.js';
import { findNamedAxes, type Layout } from './axis-meanings.js';
import { isMerge } from './merges.js';
import type { ResolvedGraph } from './resolve.js';
import { longestStream } from './side-streams.js';
import { onPath, soleValues } from './sole-values.js';

/** The layout of each value that holds a vector for each image; undefined for all other values. */
export function vectorLayouts(graph: ResolvedGraph): readonly (Layout | undefined)[] {
  const [batch] = graph.tape.shape(graph.input) as [number];
  return findNamedAxes(graph).map(({ images }, id) => {
    const shape = graph.tape.shape(id);
    const isVector = shape.length === 2 && shape[0] === batch && images?.axis === 0;
    return isVector ? { channelAxis: 1, imageAxis: 0 } : undefined;
  });
}

/**
 * The cut points that end a block, in order, of those between the first and the last linear layer: residual sums and
 * concatenations, the vector from which the first of these branches, and what each further linear layer reads; the last one is
 * what the classifier reads. Where branches run side by side, such as a cross network beside a perceptron, the sums of the
 * longest residual stream, if they are more.
 */
export function vectorEnds(graph: ResolvedGraph): readonly Id[] {
  const { tape, isStream } = graph;
  const isLinear: boolean[] = [];
  const isBehindLinear: boolean[] = [];
  const readers = new Map<Id, Id>();
  for (const { id, op, inputs } of tape.values) {
    isLinear.push(op === 'MatMul' && inputs.some((each) => !isStream[each]));
    isBehindLinear.push(isLinear[id]! || inputs.some((each) => isBehindLinear[each]));
    for (const each of inputs) readers.set(each, id);
  }
  const on = onPath(graph);
  const last = on.findLastIndex((is, id) => is && isLinear[id]);
  const isBetween = (id: Id) => isBehindLinear[id] === true && id < last;
  const between = soleValues(graph).filter(isBetween);
  const firstMerge = between.findIndex((id) => isMerge(graph, id));
  const ends = between.filter(
    (id, i) => i + 1 === firstMerge || isMerge(graph, id) || isLinear[readers.get(id) ?? id],
  );
  const stream = longestStream(graph, on).filter(isBetween);
  return stream.length > ends.length ? stream : ends;
}
