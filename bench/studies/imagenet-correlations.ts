// Correlates proxies, their aggregate and the costs of imported networks with published accuracies.
import { type Interval, intervalOf, resamples } from '../../core/comparison/bootstrap.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { kendall, spearman } from '../../core/ranking/correlation.js';
import { type AssemblyName, assemblyOfFiles } from '../../core/specification/assemblies.js';
import type { ImportedScores } from './imagenet-proxies.js';
import type { ProxyValues } from './writable-values.js';

/** Facts about a network. Proxies are listed by draw. */
export interface NetworkFacts {
  readonly model: string;
  /** The published ImageNet top-1 accuracy in percent. */
  readonly top1: number;
  readonly macs: number;
  readonly parameters: number;
  readonly depth: number;
  readonly found: 'stages' | 'blocks';
  readonly seconds: number;
  readonly draws: readonly {
    readonly expressivity: number | null;
    readonly progressivity: number | null;
    readonly trainability: number | null;
  }[];
  /** Absent in results of earlier versions. */
  readonly asSearch?: ImportedScores;
}

export interface Correlation {
  readonly name: string;
  /** The number of networks that have the value. */
  readonly count: number;
  readonly spearman: number;
  readonly kendall: number;
  /** The 95 % bootstrap interval of Kendall's tau over networks. */
  readonly interval: Interval;
}

/** The number of bootstrap resamples. */
const RESAMPLES = 1000;

type Proxy = 'expressivity' | 'progressivity' | 'trainability';
const PROXIES = ['expressivity', 'progressivity', 'trainability'] as const;

/** JSON has no infinities; null stands for minus infinity. */
const value = (network: NetworkFacts, draw: number, proxy: Proxy) =>
  network.draws[draw]![proxy] ?? Number.NEGATIVE_INFINITY;

/**
 * Correlations over all networks, and over those that are measured at the ends of stages, which alone have a
 * progressivity.
 */
export function correlations(networks: readonly NetworkFacts[]): readonly Correlation[] {
  const staged = networks.filter(({ found }) => found === 'stages');
  if (staged.length < 3) return [];
  const simple = (name: string, of: (network: NetworkFacts) => number) => row({ name, networks, of });
  return [
    simple('expressivity', (network) => mean(network, 'expressivity')),
    row({ name: 'progressivity', networks: staged, of: (network) => mean(network, 'progressivity') }),
    simple('trainability', (network) => mean(network, 'trainability')),
    simple('complexity (FLOPs)', ({ macs }) => macs),
    correlateAggregate('aggregate of expressivity, trainability, complexity', networks, [
      'expressivity',
      'trainability',
    ]),
    correlateAggregate('aggregate of all four', staged, PROXIES),
    correlateAggregate('aggregate of expressivity and complexity', networks, ['expressivity']),
    simple('parameters', ({ parameters }) => parameters),
    simple('depth', ({ depth }) => depth),
    ...scoredAsSearch(networks),
  ];
}

type Searched = NetworkFacts & { readonly asSearch: ImportedScores };

/** The presets, their terms, and the proxies of whole networks, over the networks that have them. */
function scoredAsSearch(networks: readonly NetworkFacts[]): readonly Correlation[] {
  const scored = networks.filter((network): network is Searched => network.asSearch !== undefined);
  if (scored.length < 3) return [];
  const single = (of: 'azNas' | 'assembled' | 'others', term: string, name = term) => {
    const having = scored.filter(({ asSearch }) => term in asSearch[of][0]!);
    return row({ name, networks: having, of: ({ asSearch }) => meanOf(asSearch[of], term) });
  };
  const names = new Set(scored.flatMap(({ asSearch }) => Object.keys(asSearch.others[0]!)));
  const others = [...names].map((name) => single('others', name));
  return [
    single('assembled', 'activations'),
    single('assembled', 'mean-expressivity'),
    ...(['expressivity', 'progressivity', 'trainability'] as const).map((term) =>
      single('azNas', term, `${term} of all blocks`),
    ),
    correlatePreset('az-nas', scored),
    correlatePreset('assembled', scored),
    ...others.filter(({ kendall: tau }) => !Number.isNaN(tau)),
  ];
}

function meanOf(draws: readonly ProxyValues[], name: string): number {
  return draws.reduce((sum, values) => sum + Number(values[name]), 0) / draws.length;
}

/** A search over these networks leaves out a term that one of them cannot have. */
function correlatePreset(name: AssemblyName, networks: readonly Searched[]): Correlation {
  const of = name === 'az-nas' ? 'azNas' : 'assembled';
  const draws = networks[0]!.asSearch[of].map((_, draw) => draw);
  const columns = Object.entries(assemblyOfFiles(name).weights)
    .filter(([term]) => networks.every(({ asSearch }) => term in asSearch[of][0]!))
    .map(([proxy, weight]) => ({
      proxy,
      weight,
      draws: draws.map((draw) => networks.map(({ asSearch }) => Number(asSearch[of][draw]![proxy]))),
    }));
  const scores = aggregate({ columns, kind: 'log-rank' });
  return row({ name, networks, of: (network) => scores[networks.indexOf(network)]! });
}

function mean(network: NetworkFacts, proxy: Proxy): number {
  return network.draws.reduce((sum, _, draw) => sum + value(network, draw, proxy), 0) / network.draws.length;
}

/** The product's own aggregation, with FLOPs as complexity. */
function correlateAggregate(
  name: string,
  networks: readonly NetworkFacts[],
  proxies: readonly Proxy[],
): Correlation {
  const { draws } = networks[0]!;
  const columns = [
    ...proxies.map((proxy) => ({
      proxy,
      weight: 1,
      draws: draws.map((_, draw) => networks.map((network) => value(network, draw, proxy))),
    })),
    { proxy: 'complexity', weight: 1, draws: draws.map(() => networks.map(({ macs }) => macs)) },
  ] as const;
  const scores = aggregate({ columns, kind: 'log-rank' });
  return row({ name, networks, of: (network) => scores[networks.indexOf(network)]! });
}

function row<Network extends NetworkFacts>({
  name,
  networks,
  of,
}: {
  readonly name: string;
  readonly networks: readonly Network[];
  readonly of: (network: Network) => number;
}): Correlation {
  const values = networks.map(of);
  const truth = networks.map(({ top1 }) => top1);
  const key = { seed: 15, draw: 0, name: 'bootstrap' };
  const drawn = resamples({ n: networks.length, count: RESAMPLES, key });
  const on = (column: readonly number[], chosen: Uint32Array) => Array.from(chosen, (i) => column[i]!);
  return {
    name,
    count: networks.length,
    spearman: spearman(values, truth),
    kendall: kendall(values, truth),
    interval: intervalOf(drawn.map((chosen) => kendall(on(values, chosen), on(truth, chosen)))),
  };
}
