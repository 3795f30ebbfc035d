// Defines presets of `aggregation`: which proxies are computed, on which features, and with which weights
// their ranks are added.
import type { Measured } from '../ir/measured.js';
import type { RankedAs } from '../spaces/definition.js';
import { definitionOf } from '../spaces/index.js';
import type { ProxyName } from './families.js';
import { PRESETS } from './fidelity.js';
import { listOfferedProxies, SpaceSchema, type SpaceSpecification } from './space.js';

export interface Assembly extends Terms {
  /** For spaces whose definition names such terms; the general ones if absent. */
  readonly of?: Readonly<Partial<Record<RankedAs, Terms>>>;
  /** For networks that are imported from ONNX files; `weights` if absent. */
  readonly weightsOfFiles?: Weights;
}

interface Terms {
  readonly features: Measured;
  readonly weights: Weights;
}

type Weights = Readonly<Partial<Record<ProxyName, number>>>;

/** Features at ends of stages, and trainability of the first and the last block of each. */
const ENDS_AND_EDGES = {
  expressivity: 'stages',
  progressivity: 'stages',
  trainability: 'stage-edges',
} as const satisfies Measured;

/**
 * For repeated cells, whose FLOPs and parameters rank candidates alike: the convolutions that join positions of a map,
 * and activations, stand in place of parameters.
 */
const OF_CELLS = {
  'mean-expressivity': 2,
  complexity: 0.5,
  'spatial-depth': 0.75,
  activations: 0.5,
} as const satisfies Weights;

export type AssemblyName = 'az-nas' | 'assembled';

/**
 * `az-nas`: the four proxies of AZ-NAS as published (arXiv 2403.19232). `assembled`:
 * docs/decisions/0035-assembled.md explains each term, docs/understand/rankings.md reports how well it
 * ranks.
 */
export const ASSEMBLIES = {
  'az-nas': {
    features: 'blocks',
    weights: { expressivity: 1, progressivity: 1, trainability: 1, complexity: 1 },
  },
  assembled: {
    features: ENDS_AND_EDGES,
    weights: {
      'mean-expressivity': 2,
      'sampled-progressivity': 0.5,
      trainability: 0.5,
      residual: 1,
      complexity: 1,
      parameters: 1,
    },
    of: {
      // The end of a stage is the last cell, while its first block may be a reduction, which all candidates share. In
      // a graph, the block before the end of a stage is the whole stage.
      'summing-cells': {
        features: 'stages',
        weights: { ...OF_CELLS, progressivity: 0.25, trainability: 1, residual: 1 },
      },
      // A concatenation passes no signal on unchanged, and trainability agrees little with accuracy there.
      'concatenating-cells': {
        features: 'stages',
        weights: { ...OF_CELLS, 'sampled-progressivity': 0.5, trainability: 0.5 },
      },
      // On ImageNet, trainability is opposed to accuracy, and parameters, most of which lie in the last stages,
      // agree with it better than FLOPs do.
      'large-images': {
        features: ENDS_AND_EDGES,
        weights: { 'mean-expressivity': 1, complexity: 1, parameters: 2, residual: 1 },
      },
    },
    weightsOfFiles: { 'mean-expressivity': 1, flops: 1, parameters: 1, depth: 1, activations: 1 },
  },
} as const satisfies Readonly<Record<AssemblyName, Assembly>>;

export const ASSEMBLY_NAMES = Object.keys(ASSEMBLIES) as unknown as readonly [
  AssemblyName,
  ...AssemblyName[],
];

/** The features and weights of a preset among networks that are imported from ONNX files. */
export function assemblyOfFiles(name: AssemblyName): Terms {
  const { features, weights, weightsOfFiles }: Assembly = ASSEMBLIES[name];
  return { features, weights: weightsOfFiles ?? weights };
}

type Mapping = Readonly<Record<string, unknown>>;

/** The preset of a specification that names neither `aggregation` nor `proxies`; see `isAsPublished`. */
export const DEFAULT_ASSEMBLY: AssemblyName = 'assembled';

/**
 * Replaces a preset in a specification, as it was written, by what it stands for: the proxies that are
 * defined in the space, their weights, and the features in every fidelity that names none. Where nothing says
 * how to rank, this is done for the default preset. Anything else is returned unchanged.
 */
export function withAssembly(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const { aggregation: word = isAsPublished(value) ? undefined : DEFAULT_ASSEMBLY } = value;
  const name = ASSEMBLY_NAMES.find((each) => each === word);
  // A preset beside explicit proxies is left in place; check-field-pairs.ts reports the contradiction.
  if (name === undefined || value.proxies !== undefined) return value;
  const { features, weights } = termsIn(name, value.space);
  const aggregation = { kind: 'log-rank', weights };
  return withFeatures({ ...value, aggregation, proxies: Object.keys(weights) }, features);
}

/** A specification, as it was written, with these features in every fidelity that names none. */
export function withFeatures(value: Mapping, features: Measured): Mapping {
  const { strategy, fidelity = 'standard' } = value;
  const { kind, rounds } = isMapping(strategy) ? strategy : { kind: strategy };
  if (kind !== 'screening') return withFeaturesIn({ ...value, fidelity }, features);
  // Without rounds a screening is refused; a fidelity beside it would be another mistake.
  if (!isMapping(strategy) || !Array.isArray(rounds)) return value;
  const read = rounds.map((round: unknown) => (isMapping(round) ? withFeaturesIn(round, features) : round));
  return { ...value, strategy: { ...strategy, rounds: read } };
}

/** A proxy has no meaning in a space where that of AZ-NAS from whose measurements it is computed has none. */
const DERIVED_FROM: Readonly<Record<string, string>> = {
  'mean-expressivity': 'expressivity',
  'sampled-progressivity': 'progressivity',
  residual: 'trainability',
};

/**
 * The features and weights of a preset in a space as it was written. Where the space is malformed, no proxy is
 * left out.
 */
export function termsIn(name: AssemblyName, written: unknown): Terms {
  const assembly: Assembly = ASSEMBLIES[name];
  const { features, weights } = assembly;
  const space = SpaceSchema.safeParse(written);
  if (!space.success) return { features, weights };
  const { file } = definitionOf(space.data);
  // The candidates of such a space are the networks in files.
  if (file?.field === 'networks') return assemblyOfFiles(name);
  const terms = termsOf(assembly, space.data);
  const offered: ReadonlySet<string> = new Set(listOfferedProxies(space.data));
  const means = (name: string) => offered.has(name) && offered.has(DERIVED_FROM[name] ?? name);
  return {
    features: terms.features,
    weights: Object.fromEntries(Object.entries(terms.weights).filter(([name]) => means(name))),
  };
}

function termsOf(assembly: Assembly, space: SpaceSpecification): Terms {
  const as = definitionOf(space).rankedAs?.(space);
  return (as && assembly.of?.[as]) ?? assembly;
}

/** `fidelity: paper` stands for AZ-NAS as published, so its default is the four proxies. */
function isAsPublished({ fidelity, strategy }: Mapping): boolean {
  const rounds = isMapping(strategy) && Array.isArray(strategy.rounds) ? strategy.rounds : [];
  return [fidelity, ...rounds.map((round) => isMapping(round) && round.fidelity)].includes('paper');
}

/**
 * A specification, or a round of one, with these features in its `fidelity` unless that names features.
 */
function withFeaturesIn(holder: Mapping, features: Measured): Mapping {
  const { fidelity } = holder;
  const preset = Object.entries(PRESETS).find(([name]) => name === fidelity)?.[1];
  if (preset) return { ...holder, fidelity: { ...preset, features } };
  if (!isMapping(fidelity)) return holder;
  return { ...holder, fidelity: { features, ...fidelity } };
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
