// Scores the sample of a space under several seeds, and stores the values of every feature and block, one
// line for each candidate and draw.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import type { NetworkScore } from '../../../engine/network-score.js';
import type { ScoreRequest } from '../../../engine/protocol.js';
import type { ScorerPool } from '../../../engine/scorer-pool.js';
import { numberOrText } from '../writable-values.js';
import type { OpenedSpace } from './spaces.js';

/**
 * The values of one network under one draw, with every feature and block measured. JSON has no infinities, so
 * they are text.
 */
export interface RawRecord {
  readonly candidate: string;
  readonly draw: number;
  /** Expressivity, participation ratio, samples and channels of each feature, beginning with the stem. */
  readonly features: readonly (readonly [number | string, number | string, number, number])[];
  /** Trainability and trace share of each block; null if it has none. */
  readonly blocks: readonly (readonly [number | string | null, number | null])[];
  /** Indices of the blocks that end a stage, -1 for the stem; see `stageEnds` of a network, and `stages` of a graph. */
  readonly ends: readonly number[];
  /** For a network that is a graph: trainability and trace share of each whole stage. */
  readonly stages?: readonly (readonly [number | string | null, number | null])[];
}

interface Work {
  readonly opened: OpenedSpace;
  readonly pool: ScorerPool;
  readonly seed: number;
  readonly draws: readonly number[];
  /** The folder of the lines, with one file for each space and seed. */
  readonly folder: string;
}

/**
 * Resumes an earlier run: what the file contains is not scored again. Returns the number of candidates that
 * were scored.
 */
export async function scoreSample({ opened, pool, seed, draws, folder }: Work): Promise<number> {
  const { of, members } = opened;
  await mkdir(folder, { recursive: true });
  const file = rawFile({ folder, name: of.name, seed });
  const known = new Set((await readRaw(file)).map(({ candidate, draw }) => `${candidate}#${draw}`));
  let count = 0;
  const jobs = members.flatMap(({ candidate }) => draws.map((draw) => ({ candidate, draw })));
  const left = jobs.filter(({ candidate, draw }) => !known.has(`${candidate}#${draw}`));
  const lanes = Array.from({ length: 2 }, async () => {
    for (let job = left.shift(); job; job = left.shift()) {
      const { candidate, draw } = job;
      const request = { ...of.fidelity, candidate, draw, seed };
      const { ends, isGraph } = stagesOf({ opened, candidate });
      const network = await scoreOne(pool, requestOf(of.space, request, 'blocks'));
      const stages = isGraph ? await scoreOne(pool, requestOf(of.space, request, 'stages')) : undefined;
      const record: RawRecord = {
        candidate,
        draw,
        features: network.features.map((e, i) => {
          const { participation = Number.NaN, samples, channels } = network.spectra[i]!;
          return [numberOrText(e), numberOrText(participation), samples, channels];
        }),
        blocks: blocksOf(network),
        ends,
        ...(stages ? { stages: blocksOf(stages) } : {}),
      };
      await appendFile(file, `${JSON.stringify(record)}\n`);
      count += 1;
    }
  });
  await Promise.all(lanes);
  return count;
}

export function rawFile({
  folder,
  name,
  seed,
}: {
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
}): string {
  return `${folder}/${name}-${seed}.jsonl`;
}

/** Reads the records of a file; none if the file does not exist. An incomplete last line is ignored. */
export async function readRaw(file: string): Promise<readonly RawRecord[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as RawRecord] : []));
}

interface RequestOfArguments {
  readonly candidate: string;
  readonly draw: number;
  readonly seed: number;
  readonly batch: number;
  readonly resolution: number;
}

function requestOf(
  space: ScoreRequest['space'],
  { candidate, draw, seed, batch, resolution }: RequestOfArguments,
  features: 'blocks' | 'stages',
): ScoreRequest {
  const fidelity = { batch, resolution, weights: 'shared', features } as const;
  return {
    space,
    candidate,
    seed,
    draws: [draw],
    fidelity,
    report: 'details',
    families: ['az-nas', 'residual'],
  };
}

async function scoreOne(pool: ScorerPool, request: ScoreRequest): Promise<NetworkScore> {
  const { details } = await pool.scoreInDetail(request);
  return details!.networks[0]!;
}

function stagesOf({
  opened: { of, space },
  candidate,
}: {
  readonly opened: OpenedSpace;
  readonly candidate: string;
}): {
  readonly ends: readonly number[];
  readonly isGraph: boolean;
} {
  const { resolution } = of.fidelity;
  const graph = space.graph?.({ candidate, resolution });
  if (!graph) return { ends: space.network({ candidate, resolution }).stageEnds ?? [], isGraph: false };
  const { blocks, stages } = graph.features;
  return { ends: stages.map((name) => blocks.indexOf(name) - 1), isGraph: true };
}

function blocksOf({ blocks, traces }: NetworkScore): RawRecord['blocks'] {
  return blocks.map((t, i) => [t === null ? null : numberOrText(t), traces![i]!]);
}
