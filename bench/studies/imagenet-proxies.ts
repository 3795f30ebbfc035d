// Scores an imported network as a search would: the terms of the preset `assembled`, and the proxies of whole
// networks that share passes.
import { resolve } from 'node:path';
import { withOnnxFiles } from '../../client/specification/read-networks.js';
import { CandidateError } from '../../core/candidate-error.js';
import { anatomyOf } from '../../core/graph/whole/layers.js';
import { openSpace } from '../../core/spaces/index.js';
import { wholeNetworkOf } from '../../core/spaces/whole-network.js';
import { ASSEMBLIES } from '../../core/specification/assemblies.js';
import { type FamilyName, type ProxyName, scoredFamilies } from '../../core/specification/families.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { ScorerPool } from '../../engine/scorer-pool.js';
import { GROUPS } from './ranking/score-proxies.js';
import { type ProxyValues, writableValues } from './writable-values.js';

export interface ImportedScores {
  readonly activations: number;
  /** The terms of the preset `assembled`, by draw. */
  readonly assembled: readonly ProxyValues[];
  /** The proxies of whole networks that the network can have, by draw. */
  readonly others: readonly ProxyValues[];
  /** Why it lacks some of them. */
  readonly reasons?: readonly string[];
}

interface Asked {
  readonly file: string;
  readonly size: number;
  readonly batch: number;
  readonly draws: number;
  readonly seed: number;
  readonly pool: ScorerPool;
}

const { features: ASSEMBLED, weights } = ASSEMBLIES.assembled;
const TERM_FAMILIES = scoredFamilies(Object.keys(weights) as ProxyName[]);

/** The families of whole networks; those with passes of their own would take hours for the largest models. */
const OTHERS = GROUPS.find(({ name }) => name === 'shared passes')!.families;
/** Without normalization the softmax of a transformer saturates, and `synflow` is not a number: it is asked for alone. */
const GROUPS_OF_OTHERS: readonly (readonly FamilyName[])[] = [
  OTHERS.filter((family) => family !== 'synflow'),
  ['synflow'],
];

export async function scoreAsSearch({
  file,
  size,
  batch,
  draws,
  seed,
  pool,
}: Asked): Promise<ImportedScores> {
  const { value, structures } = await withOnnxFiles({
    value: { space: { kind: 'onnx', files: [file] } },
    resolve: async (path) => resolve(path),
  });
  const { space } = value as { readonly space: Extract<SpaceSpecification, { kind: 'onnx' }> };
  const { name, digest } = space.networks[0]!;
  const structure = structures!.get(digest)!;
  const drawn = Array.from({ length: draws }, (_, draw) => draw);
  const request = (features: ScoreRequest['fidelity']['features']): ScoreRequest => ({
    space,
    candidate: name,
    seed,
    draws: drawn,
    fidelity: { batch, resolution: size, weights: 'shared', features },
    structure,
  });
  const opened = openSpace(space);
  const whole = wholeNetworkOf({ space: opened, candidate: name, structure, resolution: size });
  const activations = anatomyOf(whole).outputs;
  // A search over token streams has no progressivity.
  const terms = TERM_FAMILIES.filter(
    (family) => family !== 'sampled-progressivity' || opened.proxies?.includes('progressivity'),
  );
  const assembled = (await pool.score({ ...request(ASSEMBLED), families: terms })).map(writableValues);
  let others: readonly ProxyValues[] = drawn.map(() => ({}));
  const reasons: string[] = [];
  for (const families of GROUPS_OF_OTHERS)
    try {
      const found = await pool.score({ ...request('stages'), families });
      others = others.map((values, draw) => ({ ...values, ...writableValues(found[draw]!) }));
    } catch (error) {
      if (!(error instanceof CandidateError)) throw error;
      reasons.push(`${error.reason}: ${error.message}`);
    }
  return { activations, assembled, others, ...(reasons.length > 0 ? { reasons } : {}) };
}
