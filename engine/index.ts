// Defines the package's entry `zeroscout/engine`: scores one network under one or more draws, without
// servers, workers or files.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CandidateError } from '../core/candidate-error.js';
import { SpecError } from '../core/errors.js';
import { definitionOf, openSpace } from '../core/spaces/index.js';
import type { Costs, Space } from '../core/spaces/space.js';
import { checkScoreGradients } from '../core/specification/constant-scores.js';
import { type ProxyName, scoredFamilies } from '../core/specification/families.js';
import type { SpaceSpecification } from '../core/specification/space.js';
import {
  checkSpecification,
  type Fidelity,
  type Specification,
} from '../core/specification/specification.js';
import { describeFound, show } from '../core/text/show.js';
import { checkKeys } from './check-keys.js';
import { createScorerPool } from './scorer-pool.js';

export { CandidateError, type FailureReason } from '../core/candidate-error.js';
export { type Issue, SpecError } from '../core/errors.js';
export type { Costs, Fidelity, ProxyName, SpaceSpecification };

const KEYS = ['space', 'candidate', 'seed', 'draws', 'fidelity', 'proxies'];
const SCRIPT = fileURLToPath(new URL('./scorer-process.js', import.meta.url));

export interface ScorerOptions {
  /** The number of scorer processes, each of which scores one network at a time; 1 by default. */
  readonly processes?: number;
  /**
   * The number of threads of each process; by default all cores are divided among the processes. Results do
   * not depend on it.
   */
  readonly threads?: number;
  /** The time limit in milliseconds for a network, which fails after three attempts; 600,000 by default. */
  readonly timeoutMs?: number;
  /** Whether scorer processes may run the code that a space of kind `module` carries; `refused` by default. */
  readonly modules?: 'allowed' | 'refused';
}

export interface NetworkToScore {
  /**
   * `nas-bench-201`, `{ kind: 'autoformer', size: 'tiny' }` and so on, as `space` in a specification, without defaults
   * and without files.
   */
  readonly space:
    | string
    | SpaceSpecification
    | { readonly kind: string; readonly [parameter: string]: unknown };
  /** The text of a candidate of that space. */
  readonly candidate: string;
  /** Determines every random number; 1 by default, as in a specification. */
  readonly seed?: number;
  /** The numbers of the draws, such as `[0]`; by default all draws of the fidelity. */
  readonly draws?: readonly number[];
  /**
   * A preset (`screen`, `standard`, `paper`) or a mapping as `fidelity` in a specification; `standard` by
   * default.
   */
  readonly fidelity?: string | Partial<Fidelity>;
  /** The proxies to compute; by default those of AZ-NAS that the space defines, at the features of the fidelity. */
  readonly proxies?: readonly ProxyName[];
}

/** The results of one draw of the weights, images and probes. */
export interface DrawScore {
  readonly draw: number;
  /** Raw values; higher is better. A value may be minus infinity, but never NaN. */
  readonly proxies: Readonly<Partial<Record<ProxyName, number>>>;
  /** The expressivity of each measured feature, beginning with the stem's output. */
  readonly features: readonly number[];
  /** The trainability of each measured block; null for a block that the space leaves out of the mean. */
  readonly blocks: readonly (number | null)[];
}

export interface ScoredNetwork {
  /** The candidate in its usual spelling. */
  readonly candidate: string;
  readonly space: SpaceSpecification;
  readonly seed: number;
  /** The fidelity with every default filled in. */
  readonly fidelity: Fidelity;
  /** FLOPs (multiply-accumulates), parameters and, if the space counts them, layers. */
  readonly costs: Costs;
  readonly draws: readonly DrawScore[];
}

export interface Scorer {
  /**
   * Scores one network. Several calls may run at a time; each process scores one network at a time. Throws
   * SpecError for bad input, whose `field` names what is wrong, and CandidateError for a network that cannot
   * be scored (crash, time, memory, NaN).
   */
  score(network: NetworkToScore): Promise<ScoredNetwork>;
  /** Ends the processes and rejects networks that are being scored. */
  close(): Promise<void>;
}

/**
 * Creates a scorer. Processes start with the first networks. ONNX Runtime runs in processes of its own
 * because it blocks the event loop of its process and may crash it.
 */
export function createScorer(options: ScorerOptions = {}): Scorer {
  checkKeys({ given: options, known: ['processes', 'threads', 'timeoutMs', 'modules'], what: 'options' });
  const { processes = 1, threads, timeoutMs, modules = 'refused' } = options;
  checkCounts({ processes, threads, timeoutMs });
  if (modules !== 'allowed' && modules !== 'refused')
    throw SpecError.of({
      path: 'modules',
      message: `${describeFound(modules)}; must be 'allowed' or 'refused'`,
    });
  const pool = createScorerPool({
    script: SCRIPT,
    size: processes,
    scorer: {
      threads: threads ?? Math.max(1, Math.floor(availableParallelism() / processes)),
      modules,
    },
    limits: { timeoutMs },
  });
  const checkGradients = createGradientCheck();
  return {
    score: async (network) => {
      const { candidate, space, seed, fidelity, proxies, draws } = checkNetwork({
        network,
        modules,
        checkGradients,
      });
      const families = scoredFamilies(['complexity', ...proxies]);
      const { result, details } = await pool
        .scoreInDetail({ space, candidate, seed, fidelity, draws, families, report: 'details' })
        .catch(withField);
      const { costs, networks } = details!;
      const proxyOf = (name: ProxyName, i: number): number =>
        name === 'flops' || name === 'parameters' ? costs[name] : result[i]![name]!;
      return {
        candidate,
        space,
        seed,
        fidelity,
        costs,
        draws: draws.map((draw, i) => ({
          draw,
          proxies: Object.fromEntries(proxies.map((name) => [name, proxyOf(name, i)])),
          features: networks[i]!.features,
          blocks: networks[i]!.blocks,
        })),
      };
    },
    close: () => pool.close(),
  };
}

type GradientCheck = (specification: Specification, space: Space) => void;

/**
 * Refuses proxies that a search of the space would refuse, because they are rounding errors in every network. That takes
 * a tenth of a second, and is done once for each space, resolution and list of proxies.
 */
function createGradientCheck(): GradientCheck {
  const accepted = new Set<string>();
  return (specification, space) => {
    const { fidelity, proxies } = specification;
    const key = JSON.stringify([specification.space, fidelity.resolution, proxies]);
    if (accepted.has(key)) return;
    checkScoreGradients({ specification, space });
    accepted.add(key);
  };
}

interface CheckNetworkArguments {
  readonly network: NetworkToScore;
  readonly modules: ScorerOptions['modules'];
  readonly checkGradients: GradientCheck;
}

/**
 * Checks a network, fills in defaults as for a specification, and converts the candidate to its usual
 * spelling.
 */
function checkNetwork({ network, modules, checkGradients }: CheckNetworkArguments) {
  checkKeys({ given: network, known: KEYS, what: 'network' });
  const { candidate: text, draws, ...written } = network;
  const value = Object.fromEntries(Object.entries(written).filter(([, each]) => each !== undefined));
  const specification = checkSpecification({
    value: { name: 'score', aggregation: 'log-rank', ...value },
    source: 'network',
  });
  const { space, seed, fidelity, proxies } = specification;
  const candidate = checkCandidate({ specification, text, modules, checkGradients });
  return { space, seed, fidelity, proxies, candidate, draws: checkDraws(draws, fidelity.draws) };
}

interface Candidate extends Omit<CheckNetworkArguments, 'network'> {
  readonly specification: Specification;
  readonly text: unknown;
}

function checkCandidate({ specification, text, modules, checkGradients }: Candidate): string {
  const {
    space,
    fidelity: { resolution },
  } = specification;
  if (typeof text !== 'string')
    throw SpecError.of({
      path: 'candidate',
      message: `${describeFound(text)}; must be the text of a candidate`,
    });
  if (definitionOf(space).code === 'specification') {
    // The module's code runs in the scorer process alone, which also checks the text.
    if (modules === 'allowed') return text;
    throw SpecError.of({
      path: 'space',
      message:
        "kind module is code that a scorer would run; pass modules: 'allowed' to createScorer if you trust it",
    });
  }
  const opened = openSpace(space);
  const candidate = parseCandidate(opened.parse, text);
  const step = opened.resolutionStep(candidate);
  if (resolution % step !== 0)
    throw SpecError.of({
      path: 'fidelity.resolution',
      message: `found ${resolution}; must be a multiple of ${step} for this candidate`,
    });
  checkGradients(specification, opened);
  return candidate;
}

function parseCandidate(parse: (text: string) => string, text: string): string {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw SpecError.of({ path: 'candidate', message: error.message.replace(/^candidate:? /, '') });
  }
}

function checkDraws(draws: readonly number[] | undefined, count: number): readonly number[] {
  if (draws === undefined) return Array.from({ length: count }, (_, draw) => draw);
  const isDraw = (draw: unknown) => Number.isInteger(draw) && (draw as number) >= 0 && (draw as number) < 64;
  if (!Array.isArray(draws) || draws.length === 0 || !draws.every(isDraw))
    throw SpecError.of({
      path: 'draws',
      message: `found ${describeDraws(draws)}; must be a list of whole numbers from 0 to 63, such as [0]`,
    });
  return draws;
}

function describeDraws(draws: unknown): string {
  if (!Array.isArray(draws) || draws.length === 0) return show(draws);
  return `[${draws.map((draw) => show(draw)).join(', ')}]`;
}

function checkCounts(options: { readonly [name: string]: number | undefined }): void {
  for (const [path, value] of Object.entries(options))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 2 ** 31 - 1))
      throw SpecError.of({ path, message: `${describeFound(value)}; must be a whole number of at least 1` });
}

/** A candidate that only the scorer process can refuse counts as bad input too. */
function withField(error: unknown): never {
  if (error instanceof CandidateError && error.reason === 'invalid')
    throw SpecError.of({ path: 'candidate', message: error.message });
  throw error;
}
