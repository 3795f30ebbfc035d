// Scores ONNX files without specification or servers: proxies, costs and, of several, their ranking.

import { randomDraw } from '../../core/ir/draw.js';
import { expressivity, progressivity, trainability } from '../../core/proxies/az-nas.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { graphDraw } from '../../engine/graph/graph-draw.js';
import { openGraph } from '../../engine/graph/score-graph.js';
import { type LoadedNetwork, type LoadOptions, loadNetwork, readSource } from './load-network.js';

export interface ScoreOptions extends LoadOptions {
  readonly draws: number;
  readonly seed: number;
  readonly threads: number;
}

/** Of one draw. `progressivity` is null for token streams, where it means nothing. */
export interface NetworkProxies {
  readonly expressivity: number;
  readonly progressivity: number | null;
  readonly trainability: number;
  readonly complexity: number;
}

export interface ScoredNetwork {
  readonly file: string;
  readonly digest: string;
  readonly features: readonly string[];
  readonly macs: number;
  readonly parameters: number;
  /** Means over the draws. */
  readonly proxies: NetworkProxies;
  readonly draws: readonly NetworkProxies[];
  readonly notes: readonly string[];
  /** Of several networks: relative to these alone; the best possible is 0. */
  readonly score: number | null;
}

/** In the order of the files. `onScored` hears of each as soon as its proxies are there. Throws SpecError for a file that cannot be scored. */
export async function scoreNetworks({
  files,
  options,
  onScored = () => {},
}: {
  files: readonly string[];
  options: ScoreOptions;
  onScored?: (network: ScoredNetwork) => void;
}): Promise<readonly ScoredNetwork[]> {
  // All are read before one is scored: what is wrong with the last is said at once.
  for (const file of files) await readSource(file);
  const scored: ScoredNetwork[] = [];
  for (const file of files) {
    const network = await scoreOne({ loaded: await loadNetwork({ file, options }), options });
    onScored(network);
    scored.push(network);
  }
  return scored.length > 1 ? ranked(scored) : scored;
}

async function scoreOne({
  loaded: { file, digest, network, notes },
  options: { draws, seed, threads },
}: {
  loaded: LoadedNetwork;
  options: ScoreOptions;
}): Promise<ScoredNetwork> {
  const opened = await openGraph({ network, threads, weights: 'drawn' });
  const all: NetworkProxies[] = [];
  try {
    for (let draw = 0; draw < draws; draw++) {
      const { features, blocks } = await opened.score(
        graphDraw({ network, drawn: randomDraw({ seed, draw }), file }),
      );
      all.push({
        expressivity: expressivity(features),
        progressivity: network.identities === 'skipped' ? null : progressivity(features),
        trainability: trainability(blocks),
        complexity: network.costs.macs,
      });
    }
  } finally {
    await opened.close();
  }
  const { macs, parameters } = network.costs;
  const features = network.features.map(({ name }) => name);
  return { file, digest, features, macs, parameters, proxies: meanOf(all), draws: all, notes, score: null };
}

function meanOf(draws: readonly NetworkProxies[]): NetworkProxies {
  const mean = (name: keyof NetworkProxies) =>
    draws.reduce((sum, proxies) => sum + (proxies[name] ?? 0), 0) / draws.length;
  return {
    expressivity: mean('expressivity'),
    progressivity: draws[0]!.progressivity === null ? null : mean('progressivity'),
    trainability: mean('trainability'),
    complexity: mean('complexity'),
  };
}

const PROXY_NAMES = ['expressivity', 'progressivity', 'trainability', 'complexity'] as const;

/** Progressivity counts only where all networks have it. */
function ranked(networks: readonly ScoredNetwork[]): readonly ScoredNetwork[] {
  const names = PROXY_NAMES.filter((name) => networks.every(({ proxies }) => proxies[name] !== null));
  const columns = names.map((proxy) => ({
    proxy,
    weight: 1,
    draws: networks[0]!.draws.map((_, draw) => networks.map((each) => each.draws[draw]![proxy]!)),
  }));
  const scores = aggregate({ columns, kind: 'log-rank' });
  return networks.map((network, i) => ({ ...network, score: scores[i]! }));
}
