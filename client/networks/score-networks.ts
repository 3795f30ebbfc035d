// Scores ONNX files without a specification or servers: proxies, costs and, for several files, their ranking.

import { type Issue, SpecError } from '../../core/errors.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import { hasJacobian } from '../../core/graph/statistics.js';
import { weightRoles } from '../../core/graph/weight-roles.js';
import { wholeOfGraph } from '../../core/graph/whole/network.js';
import { randomDraw } from '../../core/ir/draw.js';
import { TapeError } from '../../core/ops/tensor/tape-error.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import {
  AZ_NAS_PROXIES,
  type FamilyName,
  needsOf,
  type ProxyName,
  scoredFamilies,
} from '../../core/specification/families.js';
import { isMeasuredFamily } from '../../core/specification/measured-families.js';
import { drawGraph } from '../../engine/graph/graph-draw.js';
import { openWhole } from '../../engine/graph/measure-whole.js';
import { openGraph } from '../../engine/graph/score-graph.js';
import { drawWhole } from '../../engine/graph/whole-draw.js';
import { neededFor, proxiesOf } from '../../engine/outcome.js';
import { type LoadedNetwork, type LoadOptions, loadNetwork } from './load-network.js';
import { notesOnLowest } from './lowest-notes.js';
import { notesOnOutput } from './network-notes.js';

export interface ScoreOptions {
  /** How the files are read. */
  readonly load: LoadOptions;
  readonly draws: number;
  readonly seed: number;
  readonly threads: number;
  /** By default the four of AZ-NAS. */
  readonly proxies?: readonly ProxyName[] | undefined;
  /** Of the proxies in the ranking; 1 for those that are absent. */
  readonly weights?: Readonly<Partial<Record<ProxyName, number>>> | undefined;
}

/**
 * The requested proxies under one draw. `progressivity`, `sampled-progressivity` and `synflow` are null for
 * token streams, for which they are not defined.
 */
export type NetworkProxies = Readonly<Partial<Record<ProxyName, number | null>>>;

export interface ScoredNetwork {
  readonly file: string;
  readonly digest: string;
  readonly features: readonly string[];
  /** What the network classifies: images and the like, or texts, which it reads as token ids. */
  readonly input: 'images' | 'texts';
  /**
   * The shape of an image with which the network is scored, channels, height and width, or that of an embedded text,
   * tokens and width.
   */
  readonly image: readonly number[];
  readonly macs: number;
  readonly parameters: number;
  /** Means over the draws. */
  readonly proxies: NetworkProxies;
  readonly draws: readonly NetworkProxies[];
  readonly notes: readonly string[];
  /**
   * The score, if there are several networks. It is relative to these networks; the best possible score is 0.
   */
  readonly score: number | null;
}

/** A file that cannot be scored, and why. */
export interface RefusedNetwork {
  readonly file: string;
  readonly error: SpecError;
}

interface ScoreNetworksArguments {
  readonly files: readonly string[];
  readonly options: ScoreOptions;
  /** Called for each network as soon as its proxies are known. */
  readonly onScored?: (network: ScoredNetwork) => void;
  /** Called for each file that cannot be scored; without it, a SpecError is thrown. */
  readonly onRefused?: (refused: RefusedNetwork) => void;
}

/** The results in the order of the files. */
export async function scoreNetworks({
  files,
  options,
  onScored = () => {},
  onRefused,
}: ScoreNetworksArguments): Promise<readonly ScoredNetwork[]> {
  if (files.length > 1 && !onRefused) await checkFiles({ files, load: options.load });
  const scored: ScoredNetwork[] = [];
  for (const file of files)
    try {
      const network = await scoreOne({ loaded: await loadNetwork({ file, options: options.load }), options });
      onScored(network);
      scored.push(network);
    } catch (thrown) {
      const error = ofFile(thrown, file);
      if (!onRefused || !(error instanceof SpecError)) throw error;
      onRefused({ file, error });
    }
  return scored.length > 1 ? rankNetworks(scored, options.weights) : scored;
}

/** How ONNX Runtime begins what it says of an operation that it cannot compute, such as an index outside its tensor. */
const RUN_ERROR = /Non-zero status code returned while running (.*)$/s;

/** What ONNX Runtime says of a network that it cannot compute, as a fault of its file; other errors as they are. */
function ofFile(error: unknown, file: string): unknown {
  const [, said] = (error instanceof Error && RUN_ERROR.exec(error.message)) || [];
  if (said === undefined || error instanceof SpecError) return error;
  return SpecError.inFile({ file, message: `ONNX Runtime cannot compute it: ${said}` });
}

/** Reads all files before the first is scored, so that the faults of all of them are reported at once. */
async function checkFiles({
  files,
  load,
}: {
  readonly files: readonly string[];
  readonly load: LoadOptions;
}): Promise<void> {
  const issues: Issue[] = [];
  for (const file of files)
    try {
      await loadNetwork({ file, options: load });
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      issues.push(...error.issues);
    }
  if (issues.length > 0) throw new SpecError(issues);
}

async function scoreOne({
  loaded,
  options: { proxies = AZ_NAS_PROXIES, ...options },
}: {
  readonly loaded: LoadedNetwork;
  readonly options: ScoreOptions;
}): Promise<ScoredNetwork> {
  const { file, digest, network, notes } = loaded;
  const { macs, parameters } = network.costs;
  const costs = { complexity: macs, flops: macs, parameters };
  const families = scoredFamilies(proxies.filter((name) => name !== 'complexity'));
  const blockwise = families.some((family) => !isMeasuredFamily(family))
    ? await scoreFeatures({ loaded, options, families })
    : [];
  const measured = families.some(isMeasuredFamily) ? await scoreMeasured({ loaded, options, families }) : [];
  const draws = Array.from({ length: options.draws }, (_, draw): NetworkProxies => {
    const all: NetworkProxies = { ...costs, ...blockwise[draw], ...measured[draw] };
    for (const name of proxies) if (Number.isNaN(all[name])) throw notANumber({ file, name, draw });
    return Object.fromEntries(proxies.map((name) => [name, all[name]!]));
  });
  const features = featuresRead(network, families);
  const [, ...image] = network.graph.tape.shape(network.graph.input);
  const input: ScoredNetwork['input'] = network.graph.isOfTokens ? 'texts' : 'images';
  const found = { file, digest, features, input, image, macs, parameters, proxies: meanOf(draws), draws };
  const all = [
    ...notes,
    ...notesOnOutput(loaded.source, families),
    ...notesOnLowest(draws, hasJacobian(network.features)),
  ];
  return { ...found, notes: all, score: null };
}

/** The names of the features that are measured; without Jacobians, only of those that a proxy reads. */
function featuresRead(
  { features, reads }: LoadedNetwork['network'],
  families: readonly FamilyName[],
): readonly string[] {
  const isRead = (i: number) => !reads || reads.expressivity.includes(i) || reads.progressivity.includes(i);
  const areAll = neededFor({ families }).jacobians === 'measured';
  return features.filter((_, i) => areAll || isRead(i)).map(({ name }) => name);
}

function notANumber({
  file,
  name,
  draw,
}: {
  readonly file: string;
  readonly name: string;
  readonly draw: number;
}): SpecError {
  return SpecError.inFile({
    file,
    reason: 'not-a-number',
    message: `${name} is not a number under draw ${draw}: a value in the network exceeds float32, or is 0 / 0; leave out this file or this proxy`,
  });
}

interface OneFile {
  readonly loaded: LoadedNetwork;
  readonly options: Omit<ScoreOptions, 'proxies' | 'weights'>;
  readonly families: readonly FamilyName[];
}

/** The proxies that are computed from features and blocks, by draw. */
async function scoreFeatures({
  loaded: { file, network },
  options: { draws, seed, threads },
  families,
}: OneFile): Promise<readonly NetworkProxies[]> {
  const costs = { flops: network.costs.macs, parameters: network.costs.parameters };
  const opened = await openGraph({ network, threads, weights: 'drawn', needs: neededFor({ families }) });
  const all: NetworkProxies[] = [];
  try {
    for (let draw = 0; draw < draws; draw++) {
      const drawn = randomDraw({ seed, draw });
      const score = await opened.score(drawGraph({ network, drawn, file }));
      all.push({
        ...proxiesOf({ score, costs, space: { proxies: AZ_NAS_PROXIES }, families }),
        ...(network.identities === 'skipped' ? { progressivity: null, 'sampled-progressivity': null } : {}),
      });
    }
  } finally {
    await opened.close();
  }
  return all;
}

/** Refuses the families that compare images with each other, as a specification does. */
function checkSingleImage({ file, families }: Pick<OneFile, 'families'> & { readonly file: string }): void {
  const comparing = families.filter((family) => needsOf(family).includes('several-images'));
  if (comparing.length === 0) return;
  const message = `found a batch of 1; must be at least 2, as images are compared with each other by ${comparing.join(', ')}`;
  throw SpecError.inFile({ file, message });
}

/** The proxies of the whole network, by draw. */
async function scoreMeasured({
  loaded: { file, source, network },
  options: {
    load: { normalization },
    draws,
    seed,
    threads,
  },
  families,
}: OneFile): Promise<readonly NetworkProxies[]> {
  const [batch, ...image] = network.graph.tape.shape(network.graph.input) as [number, ...number[]];
  if (batch === 1) checkSingleImage({ file, families });
  const write = (count: number) => {
    const graph = resolveGraph({ graph: source, batch: count, image, file, normalization });
    return wholeOfGraph(graph, weightRoles(graph));
  };
  const costs = { flops: network.costs.macs, parameters: network.costs.parameters };
  const settings = { threads, precision: 'float32' } as const;
  const opened = await openWhole({ write, batch, costs, families, settings }).catch((error: unknown) => {
    if (!(error instanceof TapeError)) throw error;
    throw SpecError.inFile({ file, reason: error.reason, message: error.message });
  });
  const all: NetworkProxies[] = [];
  try {
    for (let draw = 0; draw < draws; draw++)
      all.push({
        ...(await opened.score(drawWhole({ drawn: randomDraw({ seed, draw }), file }))),
        // SynFlow is not offered for these networks; see offeredProxies.
        ...(network.identities === 'skipped' ? { synflow: null } : {}),
      });
  } finally {
    await opened.close();
  }
  return all;
}

function meanOf(draws: readonly NetworkProxies[]): NetworkProxies {
  const names = Object.keys(draws[0]!) as ProxyName[];
  const mean = (name: ProxyName) =>
    draws.some((proxies) => proxies[name] === null)
      ? null
      : draws.reduce((sum, proxies) => sum + proxies[name]!, 0) / draws.length;
  return Object.fromEntries(names.map((name) => [name, mean(name)]));
}

/** A proxy counts only if all networks have it. */
function rankNetworks(
  networks: readonly ScoredNetwork[],
  weights: ScoreOptions['weights'] = {},
): readonly ScoredNetwork[] {
  const chosen = Object.keys(networks[0]!.proxies) as ProxyName[];
  const names = chosen.filter((name) => networks.every(({ proxies }) => proxies[name] !== null));
  const columns = names.map((proxy) => ({
    proxy,
    weight: weights[proxy] ?? 1,
    draws: networks[0]!.draws.map((_, draw) => networks.map((each) => each.draws[draw]![proxy]!)),
  }));
  const scores = aggregate({ columns, kind: 'log-rank' });
  return networks.map((network, i) => ({ ...network, score: scores[i]! }));
}
