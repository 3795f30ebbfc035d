// Defines presets of `aggregation`: which proxies are computed, on which features, and with which weights
// their ranks are added.
import type { Measured } from '../ir/measured.js';
import { definitionOf } from '../spaces/index.js';
import type { ProxyName } from './families.js';
import { PRESETS } from './fidelity.js';
import { listOfferedProxies, SpaceSchema } from './space.js';

export interface Assembly {
  readonly features: Measured;
  readonly weights: Weights;
  /** For networks that are imported from ONNX files; `weights` if absent. */
  readonly weightsOfFiles?: Weights;
}

type Weights = Readonly<Partial<Record<ProxyName, number>>>;

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
    features: { expressivity: 'stages', progressivity: 'stages', trainability: 'stage-edges' },
    weights: {
      'mean-expressivity': 2,
      'sampled-progressivity': 0.5,
      trainability: 0.5,
      residual: 1,
      complexity: 1,
      parameters: 1,
    },
    weightsOfFiles: { 'mean-expressivity': 1, flops: 1, parameters: 1, depth: 1, activations: 1 },
  },
} as const satisfies Readonly<Record<string, Assembly>>;

export type AssemblyName = keyof typeof ASSEMBLIES;
export const ASSEMBLY_NAMES = Object.keys(ASSEMBLIES) as unknown as readonly [
  AssemblyName,
  ...AssemblyName[],
];

/** The weights of a preset among networks that are imported from ONNX files. */
export function assemblyOfFiles(name: AssemblyName): Weights {
  const { weights, weightsOfFiles }: Assembly = ASSEMBLIES[name];
  return weightsOfFiles ?? weights;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Replaces a preset in a specification, as it was written, by what it stands for: the proxies that are
 * defined in the space, their weights, and the features in every fidelity that names none. Anything else is
 * returned unchanged.
 */
export function withAssembly(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const name = ASSEMBLY_NAMES.find((each) => each === value.aggregation);
  // A preset beside explicit proxies is left in place; check-field-pairs.ts reports the contradiction.
  if (name === undefined || value.proxies !== undefined) return value;
  const assembly = ASSEMBLIES[name];
  const weights = weightsIn(name, value.space);
  const { strategy } = value;
  const isScreening = isMapping(strategy) && strategy.kind === 'screening' && Array.isArray(strategy.rounds);
  const expanded = { ...value, aggregation: { kind: 'log-rank', weights }, proxies: Object.keys(weights) };
  if (!isScreening) return withFeatures({ fidelity: 'standard', ...expanded }, assembly);
  const rounds = (strategy.rounds as readonly unknown[]).map((round) => withFeatures(round, assembly));
  return { ...expanded, strategy: { ...strategy, rounds } };
}

/** Where the space is malformed, no proxy is left out. */
function weightsIn(name: AssemblyName, written: unknown): Weights {
  const { weights } = ASSEMBLIES[name];
  const space = SpaceSchema.safeParse(written);
  if (!space.success) return weights;
  // The candidates of such a space are the networks in files.
  if (definitionOf(space.data).file?.field === 'networks') return assemblyOfFiles(name);
  const offered: ReadonlySet<string> = new Set(listOfferedProxies(space.data));
  const means = (name: string) =>
    offered.has(name) && (name !== 'sampled-progressivity' || offered.has('progressivity'));
  return Object.fromEntries(Object.entries(weights).filter(([name]) => means(name)));
}

/**
 * The `fidelity` of a specification or of a round, with the features of the assembly unless it names
 * features.
 */
function withFeatures(holder: unknown, { features }: Assembly): unknown {
  if (!isMapping(holder)) return holder;
  const { fidelity } = holder;
  const preset = Object.entries(PRESETS).find(([name]) => name === fidelity)?.[1];
  if (preset) return { ...holder, fidelity: { ...preset, features } };
  if (!isMapping(fidelity)) return holder;
  return { ...holder, fidelity: { features, ...fidelity } };
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
