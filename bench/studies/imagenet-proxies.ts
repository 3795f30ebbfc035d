// Scores an imported network as a search would: the terms of both presets, and the proxies of whole networks
// that share passes.
import { resolve } from 'node:path';
import { withOnnxFiles } from '../../client/specification/read-networks.js';
import { CandidateError } from '../../core/candidate-error.js';
import { openSpace } from '../../core/spaces/index.js';
import { ASSEMBLIES, type AssemblyName, assemblyOfFiles } from '../../core/specification/assemblies.js';
import { type FamilyName, type ProxyName, scoredFamilies } from '../../core/specification/families.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { ScorerPool } from '../../engine/scorer-pool.js';
import { GROUPS } from './ranking/score-proxies.js';
import { type ProxyValues, writableValues } from './writable-values.js';

export interface ImportedScores {
  /** The terms of the preset `az-nas`, by draw; without progressivity for a stream of tokens. */
  readonly azNas: readonly ProxyValues[];
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

/** The families of whole networks; those with passes of their own would take hours for the largest models. */
const OTHERS = GROUPS.find(({ name }) => name === 'shared passes')!.families;
/** Without normalization the softmax of a transformer saturates, and `synflow` is not a number: it is asked for alone. */
const GROUPS_OF_OTHERS: readonly (readonly FamilyName[])[] = [
  OTHERS.filter((family) => family !== 'synflow'),
  ['synflow'],
];

export async function scoreAsSearch(asked: Asked): Promise<ImportedScores> {
  return { ...(await scorePresets(asked)), ...(await scoreOthers(asked)) };
}

async function scorePresets(asked: Asked): Promise<Pick<ImportedScores, 'azNas' | 'assembled'>> {
  const request = await requestOf(asked);
  const { pool } = asked;
  const terms = async (name: AssemblyName) => {
    const families = scoredFamilies(Object.keys(assemblyOfFiles(name).weights) as ProxyName[]);
    const fidelity = { ...request.fidelity, features: ASSEMBLIES[name].features };
    // The score of a stream of tokens has a progressivity too, which no search of such files reads.
    const { proxies } = openSpace(request.space);
    const isRead = (proxy: string) => proxy !== 'progressivity' || proxies.includes(proxy);
    const scored = await pool.score({ ...request, fidelity, families });
    const draws = scored.map((values) =>
      writableValues(Object.fromEntries(Object.entries(values).filter(([proxy]) => isRead(proxy)))),
    );
    const { flops, parameters } = costsOf(request);
    return draws.map((values) => ({ ...values, flops, parameters }));
  };
  return { azNas: await terms('az-nas'), assembled: await terms('assembled') };
}

async function scoreOthers(asked: Asked): Promise<Pick<ImportedScores, 'others' | 'reasons'>> {
  const request = await requestOf(asked);
  let others: readonly ProxyValues[] = request.draws.map(() => ({}));
  const reasons: string[] = [];
  for (const families of GROUPS_OF_OTHERS)
    try {
      const found = await asked.pool.score({ ...request, families });
      others = others.map((values, draw) => ({ ...values, ...writableValues(found[draw]!) }));
    } catch (error) {
      if (!(error instanceof CandidateError)) throw error;
      reasons.push(`${error.reason}: ${error.message}`);
    }
  return { others, ...(reasons.length > 0 ? { reasons } : {}) };
}

async function requestOf({ file, size, batch, draws, seed }: Asked): Promise<ScoreRequest> {
  const { value, structures } = await withOnnxFiles({
    value: { space: { kind: 'onnx', files: [file] } },
    resolve: async (path) => resolve(path),
  });
  const { space } = value as { readonly space: Extract<SpaceSpecification, { kind: 'onnx' }> };
  const { name, digest } = space.networks[0]!;
  return {
    space,
    candidate: name,
    seed,
    draws: Array.from({ length: draws }, (_, draw) => draw),
    fidelity: { batch, resolution: size, weights: 'shared', features: 'stages' },
    structure: structures!.get(digest)!,
  };
}

function costsOf({ space, candidate, fidelity: { resolution } }: ScoreRequest) {
  return openSpace(space).costs({ candidate, resolution });
}
