// Finds the features of a network, also where branches run side by side to its output.
import { elementwise } from '../ops/tensor/elementwise.js';
import { movement } from '../ops/tensor/movement.js';
import { standardizations } from '../ops/tensor/standardization.js';
import type { Id } from '../ops/tensor/tape.js';
import { macsWhere } from './costs.js';
import { endsEarly } from './feature-coverage.js';
import { type Feature, type Features, featuresOnPaths, isVector, lastOnPaths } from './features.js';
import { mainInput } from './main-input.js';
import { isMerge } from './merges.js';
import { onPathFrom } from './paths.js';
import { type ResolvedGraph, streamOf } from './resolve.js';
import { onPath, soleValues } from './sole-values.js';

/** The most branches of a network, and of one fork, that are tried; each takes passes over the graph. */
const MOST_TRIED = { all: 128, fork: 16 };

/**
 * Finds the features of a network. Where fewer than two are on every path from the input to the output, as in an ensemble
 * of two networks or in a network with a slow and a fast stream, or where more than half of the network comes after the last
 * map or token, as where the pooled maps of all stages are joined, branches run side by side. The features are then those
 * along one branch: that whose features cover the most multiply-accumulates. What the other branches compute is a further
 * input of its blocks.
 */
export function findFeatures(graph: ResolvedGraph, wanted: 'stages' | 'blocks'): Features {
  const found = featuresAlong(graph, wanted);
  const [last] = found.features.slice(-1);
  const isPoor =
    found.features.length < 2 || (!isVector(last!) && endsEarly({ graph, features: found.features }));
  if (!isPoor) return found;
  const along = follow(alongOf(graph, found), { wanted, left: MOST_TRIED.all });
  const { branches } = along.graph;
  return isFound(along) && branches ? { ...along.found, branches } : found;
}

/** The features along the branches of `graph`; those on all paths where it has none. */
export function featuresAlong(graph: ResolvedGraph, wanted: 'stages' | 'blocks'): Features {
  const found = featuresOnPaths(graph, wanted);
  return graph.branches ? endsOfLayers(graph, found) : found;
}

/**
 * The last feature before the mean over positions, as `lastOnPaths` finds it; where branches run side by side, that of
 * the branch along which features lie.
 */
export function lastFeature(graph: ResolvedGraph): Feature | undefined {
  const { branches } = findFeatures(graph, 'stages');
  return lastOnPaths(branches ? { ...graph, branches } : graph);
}

/** A choice of branches, which `graph` names, and the features along them. */
interface Along {
  readonly graph: ResolvedGraph;
  readonly found: Features;
  /** The multiply-accumulates on the paths to the last feature, or to the output where there are too few features. */
  readonly macs: number;
}

const isFound = ({ found }: Along) => found.features.length > 1;

function alongOf(graph: ResolvedGraph, found: Features): Along {
  const output = found.features.length > 1 ? found.features.at(-1)!.id : graph.output;
  const to = { ...graph, output };
  return { graph, found, macs: macsWhere(to, onPath(to)) };
}

interface Search {
  readonly wanted: 'stages' | 'blocks';
  /** The number of branches that may still be tried. */
  left: number;
}

/** Goes on along the best branch of each fork as long as the features cover more of the network. */
function follow(before: Along, search: Search): Along {
  const { graph } = before;
  const tried = firstValues(before).slice(0, search.left);
  search.left -= tried.length;
  const branches = tried.map((id) => {
    const along = { ...graph, branches: [...(graph.branches ?? []), id] };
    const of = alongOf(along, featuresAlong(along, search.wanted));
    return isFound(of) ? of : follow(of, search);
  });
  const best = branches
    .filter(isFound)
    .reduce<Along | undefined>((most, each) => (most && most.macs >= each.macs ? most : each), undefined);
  return best && (!isFound(before) || best.macs > before.macs) ? follow(best, search) : before;
}

/**
 * The first values of the branches into which a part of the network divides: of the parts between two values on every path
 * that end behind the last feature, the largest.
 */
function firstValues(before: Along): readonly Id[] {
  const { graph, found } = before;
  const { tape, output } = graph;
  const on = onPath(graph);
  const last = isFound(before) ? found.features.at(-1)!.id : mainInput(graph);
  const ends = [mainInput(graph), ...soleValues(graph), output];
  const parts = ends.slice(1).map((end, i) => {
    const from = ends[i]!;
    return {
      from,
      end,
      macs: macsWhere(
        graph,
        on.map((is, id) => is && id > from && id <= end),
      ),
    };
  });
  const { from } = parts
    .filter(({ end }) => end > last)
    .reduce((most, part) => (part.macs > most.macs ? part : most));
  const readers = tape.values.filter(({ id, inputs }) => on[id] && inputs.includes(from));
  if (readers.length < 2) return [];
  const behind = readers.map(({ id }) => ({ id, macs: macsWhere(graph, streamOf(tape, id)) }));
  return behind
    .sort((a, b) => b.macs - a.macs)
    .slice(0, MOST_TRIED.fork)
    .map(({ id }) => id);
}

/** Operations that belong to the layer before them: activations, biases, normalizations, and other forms of the same elements. */
const OF_LAYERS = { ...elementwise, ...standardizations, ...movement };

/**
 * Branches may be too short for merges and changes of resolution, so that every value on their path is a feature. Of those of one
 * layer the last stays, if two or more are left.
 */
function endsOfLayers(graph: ResolvedGraph, found: Features): Features {
  const { tape } = graph;
  const isWithin = (from: Id, to: Id) =>
    onPathFrom({ tape, from, output: to }).every(
      (is, id) => !is || id === from || (Object.hasOwn(OF_LAYERS, tape.get(id).op!) && !isMerge(graph, id)),
    );
  const features = found.features.filter(({ id }, i) => {
    const next = found.features[i + 1];
    return next === undefined || !isWithin(id, next.id);
  });
  return features.length > 1 ? { ...found, features } : found;
}
