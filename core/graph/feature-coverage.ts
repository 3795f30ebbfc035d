// Says how much of an imported network its features cover.
import type { Id } from '../ops/tensor/tape.js';
import { macsWhere } from './costs.js';
import type { ResolvedGraph } from './resolve.js';
import { followed } from './sole-values.js';

/** The largest share of a network's multiply-accumulates after its last feature that classifiers have. */
const LARGEST_HEAD = 0.5;
/** The largest share up to the first feature of a network that is measured at every block. */
const LARGEST_STEM = 0.5;

/** The largest share of a network that may be computed beside its features without a warning. */
const LARGEST_BESIDE = 0.25;

/**
 * Whether much of the network is computed where no feature is: from other inputs than the main one alone, or in other branches
 * than that of the features. What has the same weights, as the second tower of a siamese network, does not count.
 */
export function isMuchBeside({ graph }: { readonly graph: ResolvedGraph }): boolean {
  const { tape, isStream } = graph;
  const isBehind = followed(graph);
  const weights = new Set(tape.values.flatMap(({ id, inputs }) => (isBehind[id] ? inputs : [])));
  const isShared = (id: Id) => tape.get(id).inputs.some((each) => !isStream[each] && weights.has(each));
  const isBeside = isStream.map((is, id) => is && !isBehind[id] && !isShared(id));
  return macsWhere(graph, isBeside) > LARGEST_BESIDE * macsWhere(graph, isStream);
}

interface FeaturesOfGraph {
  readonly graph: ResolvedGraph;
  readonly features: readonly { readonly id: Id }[];
}

/**
 * Whether the features end before most of the network is computed, so that their proxies say little about it. So
 * it is with the classifier of an old network on small images, or where no tensor of the larger part is a map or
 * a stream of tokens in the order of its positions.
 */
export function endsEarly({ graph, features }: FeaturesOfGraph): boolean {
  const last = features.at(-1)!.id;
  return shareOf(graph, (id) => id > last) > LARGEST_HEAD;
}

/**
 * Whether most of the network is computed before the first feature, and no proxy sees its parts. The end of a stage
 * stands for all of it, however large it is.
 */
export function beginsLate({
  graph,
  features,
  found,
}: FeaturesOfGraph & { readonly found: string }): boolean {
  const first = features[0]!.id;
  if (found !== 'blocks') return false;
  return shareOf(graph, (id) => id <= first) > LARGEST_STEM;
}

/** The share of the multiply-accumulates along the paths of the features in the values that are `counted`. */
function shareOf(graph: ResolvedGraph, counted: (id: Id) => boolean): number {
  const isBehind = followed(graph);
  const isCounted = isBehind.map((is, id) => is && counted(id));
  const all = macsWhere(graph, isBehind);
  return all === 0 ? 0 : macsWhere(graph, isCounted) / all;
}
