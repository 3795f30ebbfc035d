// Computes every proxy and assembly that is compared, from the raw values of features and blocks.
import { expressivity, progressivity, trainability } from '../../../core/proxies/az-nas.js';
import { meanExpressivity } from '../../../core/proxies/mean-expressivity.js';
import { residual } from '../../../core/proxies/residual.js';
import { sampledProgressivity } from '../../../core/proxies/sampled-progressivity.js';
import { ASSEMBLIES, termsIn } from '../../../core/specification/assemblies.js';
import type { ProxyName } from '../../../core/specification/families.js';
import type { SpaceSpecification } from '../../../core/specification/space.js';
import type { RawRecord } from './score.js';

/** The values of one candidate under one draw, or its costs. */
export type Values = Readonly<Record<string, number>>;

/** The terms of a ranking: the logarithm of each proxy's rank times its weight. */
export interface Ranker {
  readonly name: string;
  readonly weights: Readonly<Record<string, number>>;
}

export const one = (name: string, value: string): Ranker => ({ name, weights: { [value]: 1 } });

const RANKERS: readonly Ranker[] = [
  one('FLOPs', 'flops'),
  one('parameters', 'parameters'),
  one('depth', 'depth'),
  one('spatial-depth', 'spatialDepth'),
  one('activations', 'activations'),
  one('expressivity, blocks', 'eBlocks'),
  one('expressivity, stages', 'eStages'),
  one('mean-expressivity, stages', 'eMean'),
  one('progressivity, blocks', 'pBlocks'),
  one('progressivity, stages', 'pStages'),
  one('sampled-progressivity, stages', 'pSampled'),
  one('trainability, blocks', 'tBlocks'),
  one('trainability, stages', 'tStages'),
  one('trainability, stage-edges', 'tEdges'),
  { name: 'the four, blocks', weights: { eBlocks: 1, pBlocks: 1, tBlocks: 1, flops: 1 } },
  { name: 'the four, stages', weights: { eStages: 1, pStages: 1, tStages: 1, flops: 1 } },
];

/** One term of `assembled`: the name of its values here, and its weight. */
interface Term {
  readonly value: string;
  readonly weight: number;
}

/** The terms that the preset `assembled` has in a search in the space. */
export function assembledTerms(space: SpaceSpecification): readonly Term[] {
  return valuesOfTerms(termsIn('assembled', space));
}

function valuesOfTerms({ features, weights }: ReturnType<typeof termsIn>): readonly Term[] {
  const values: Readonly<Partial<Record<ProxyName, string | undefined>>> = {
    'mean-expressivity': 'eMean',
    progressivity: features === 'stages' ? 'pStages' : undefined,
    'sampled-progressivity': 'pSampled',
    trainability: features === 'stages' ? 'tStages' : 'tEdges',
    residual: features === 'stages' ? 'rStages' : 'rEdges',
    complexity: 'flops',
    parameters: 'parameters',
    depth: 'depth',
    'spatial-depth': 'spatialDepth',
    activations: 'activations',
  };
  return Object.entries(weights).map(([name, weight]) => {
    const value = values[name as ProxyName];
    if (value === undefined) throw new Error(`assembled has ${name}, which is not among the raw values`);
    return { value, weight };
  });
}

/** The rankings that are compared in a space: by single numbers and by presets. */
export function rankersOf(space: SpaceSpecification): readonly Ranker[] {
  const ranker = (name: string, terms: readonly Term[]): Ranker => ({
    name,
    weights: Object.fromEntries(terms.map(({ value, weight }) => [value, weight])),
  });
  return [
    ...RANKERS,
    // The terms of spaces that have none of their own, so that each space shows what its own are worth.
    ranker('assembled, general', valuesOfTerms(ASSEMBLIES.assembled)),
    ranker('assembled', assembledTerms(space)),
  ];
}

export function valuesOf({ features, blocks, ends: all, stages }: RawRecord): Values {
  // A stage without a block ends where the stage before it ends; a search reads that end once.
  const ends = [...new Set(all.filter((end) => end >= 0))];
  const stageEnds = ends.length > 0 ? ends : blocks.map((_, block) => block);
  const edges = [0, ...stageEnds.slice(0, -1).map((end) => end + 1), ...stageEnds];
  const at = [0, ...stageEnds.map((end) => end + 1)];
  // In a chain, a stage without a block counts once more in the mean. The stem is among the ends of a graph.
  const averaged = stages || ends.length === 0 ? at : [0, ...all.map((end) => end + 1)];
  const entropies = features.map(([entropy]) => Number(entropy));
  const read = <T>(values: readonly T[], places: readonly number[]) => places.map((place) => values[place]!);
  const known = (values: RawRecord['blocks']) => values.map(([t]) => (t === null ? null : Number(t)));
  const sampled = features.map(([entropy, , samples, channels]) => ({
    expressivity: Number(entropy),
    samples,
    channels,
  }));
  const edgeBlocks = [...new Set(edges)];
  // What a search with `features: stages` measures: in a graph, whole stages.
  const stageBlocks = stages ?? read(blocks, stageEnds);
  return {
    eBlocks: expressivity(entropies),
    eStages: expressivity(read(entropies, at)),
    eMean: meanExpressivity(read(entropies, averaged)),
    pBlocks: progressivity(entropies),
    pStages: progressivity(read(entropies, at)),
    pSampled: sampledProgressivity(read(sampled, at)),
    tBlocks: trainability(known(blocks)),
    tStages: trainability(known(stageBlocks)),
    tEdges: trainability(known(read(blocks, edgeBlocks))),
    rStages: residual(stageBlocks.map(([, trace]) => trace)),
    rEdges: residual(read(blocks, edgeBlocks).map(([, trace]) => trace)),
  };
}
