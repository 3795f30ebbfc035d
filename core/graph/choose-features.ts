// Chooses the features at which a graph is measured, and those that each proxy reads.
import { chosenBlocks, type FeaturesOfProxies, type Measured, type Reads } from '../ir/measured.js';
import type { Id } from '../ops/tensor/tape.js';
import { featuresAlong, findFeatures } from './branches.js';
import type { Feature } from './features.js';
import { checkOrder, featureNamed } from './named-features.js';
import type { ResolvedGraph } from './resolve.js';
import { movedFrom } from './same-elements.js';

/** Names of tensors: those of the stem and of every block, and the subset that ends stages. */
export interface MarkedFeatures {
  readonly blocks: readonly string[];
  readonly stages: readonly string[];
}

/** The features that each proxy reads; `marked` gives the features where they are known in advance. */
export interface FeaturesByProxy {
  readonly proxies: FeaturesOfProxies;
  readonly marked?: MarkedFeatures;
}

/** `stages`, `blocks`, names of tensors in the file, or a choice for each proxy. */
export type WantedFeatures = 'stages' | 'blocks' | readonly string[] | FeaturesByProxy;

/** `marked` gives the features of a network for which they are known in advance. */
export function selectFeatures(features: Measured, marked?: MarkedFeatures): WantedFeatures {
  if (typeof features !== 'string') return { proxies: features, ...(marked ? { marked } : {}) };
  return marked ? marked[features] : features;
}

export interface ChosenFeatures {
  readonly found: 'stages' | 'blocks' | 'vectors' | 'named';
  readonly features: readonly Feature[];
  /** See `ResolvedGraph`. */
  readonly branches?: readonly Id[];
  /** Whether the Jacobian of the block before each feature is measured; by default it is. */
  readonly withJacobian?: readonly boolean[];
  readonly reads?: Reads;
}

export function chooseFeatures({
  graph,
  wanted,
  file,
}: {
  readonly graph: ResolvedGraph;
  readonly wanted: WantedFeatures;
  readonly file: string;
}): ChosenFeatures {
  if (typeof wanted === 'string') return findFeatures(graph, wanted);
  const findNamed = (name: string) => featureNamed({ graph, name, file });
  if (!('proxies' in wanted)) {
    const features = wanted.map(findNamed);
    checkOrder({ graph, features, file });
    return { found: 'named', features };
  }
  const { proxies, marked } = wanted;
  if (marked) return byProxy(proxies, marked.blocks.map(findNamed), new Set(marked.stages));
  const { found, features, branches } = findFeatures(graph, 'stages');
  const along = branches ? { ...graph, branches } : graph;
  const blocks = featuresAlong(along, 'blocks').features;
  // The end of a stage may be among the blocks as the tokens of which it is the map.
  const from = movedFrom(graph);
  const ends = new Set(found === 'stages' ? features.map(({ id }) => from[id]) : []);
  const stages = blocks.filter(({ id }) => ends.has(from[id])).map(({ name }) => name);
  return { ...byProxy(proxies, blocks, new Set(stages)), ...(branches ? { branches } : {}) };
}

/**
 * `blocks` are the features of the stem and of all blocks; some of them end a stage. Without stages, every
 * proxy reads all of them.
 */
function byProxy(
  proxies: FeaturesOfProxies,
  blocks: readonly Feature[],
  stages: ReadonlySet<string>,
): ChosenFeatures {
  const ends = blocks.flatMap(({ name }, i) => (i > 0 && stages.has(name) ? [i - 1] : []));
  const of = { count: blocks.length - 1, ends: ends.length > 0 ? ends : undefined };
  const [expressivity, progressivity] = [proxies.expressivity, proxies.progressivity].map((choice) => [
    0,
    ...chosenBlocks(of, choice).map((block) => block + 1),
  ]) as [number[], number[]];
  // The block that ends with feature i begins with feature i - 1.
  const jacobians = chosenBlocks(of, proxies.trainability).map((block) => block + 1);
  const all = [...expressivity, ...progressivity, ...jacobians.flatMap((i) => [i - 1, i])];
  const measured = [...new Set(all)].sort((a, b) => a - b);
  const positions = (features: readonly number[]) => features.map((i) => measured.indexOf(i));
  return {
    found: 'blocks',
    features: measured.map((i) => blocks[i]!),
    withJacobian: measured.map((i) => jacobians.includes(i)),
    reads: {
      expressivity: positions(expressivity),
      progressivity: positions(progressivity),
      trainability: positions(jacobians).map((i) => i - 1),
    },
  };
}
