// Measures what a candidate costs with the preset `assembled`, beside the four proxies with `standard`.
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSpace } from '../../core/spaces/index.js';
import { termsIn } from '../../core/specification/assemblies.js';
import { type ProxyName, scoredFamilies } from '../../core/specification/families.js';
import { PRESETS } from '../../core/specification/fidelity.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { cpuSeconds } from './machine.js';
import { SCRIPTS } from './pure.js';
import { median, spread } from './statistics.js';

const SPACES: readonly { space: SpaceSpecification; resolution: number }[] = [
  { space: { kind: 'nas-bench-201' }, resolution: 32 },
  { space: { kind: 'mobilenet-v2' }, resolution: 64 },
];
/** The share of time that the preset may take beyond `standard`. */
const TARGET = 1.25;
const SEED = 1;

export interface AssembledRow {
  readonly space: string;
  readonly resolution: number;
  /** Milliseconds a candidate, by round. */
  readonly standard: readonly number[];
  readonly assembled: readonly number[];
  /** Median over the rounds of `assembled` over `standard`; of processor time, which other work disturbs less. */
  readonly ratio: number;
  readonly processorRatio: number;
}

export interface AssembledSetting {
  readonly rounds: number;
  /** Candidates of a round. */
  readonly candidates: number;
  /** A folder with another build of this program, whose scorers compute `standard`; by default this one. */
  readonly other?: string | undefined;
}

type Side = 'standard' | 'assembled';

/** One scorer of one thread for each side. Sides alternate; the first round warms both up and does not count. */
export async function measureAssembled({ rounds, candidates, other }: AssembledSetting) {
  const { draws, batch } = PRESETS.standard;
  const rows: AssembledRow[] = [];
  for (const { space, resolution } of SPACES) {
    const row = await measureSpace({ space, resolution, rounds, candidates, other });
    console.log(
      `${row.space}, ${resolution} pixels: standard ${spread(row.standard)}, assembled ${spread(row.assembled)} ms a candidate; ${row.ratio.toFixed(2)} times, ${row.processorRatio.toFixed(2)} times in processor time (at most ${TARGET} wanted)`,
    );
    rows.push(row);
  }
  // The name of the folder says which build it is, such as a commit.
  const standardOf = other === undefined ? null : basename(resolve(other));
  return { rounds, candidates, draws, batch, target: TARGET, standardOf, rows };
}

async function measureSpace({
  space,
  resolution,
  rounds,
  candidates,
  other,
}: AssembledSetting & {
  readonly space: SpaceSpecification;
  readonly resolution: number;
}): Promise<AssembledRow> {
  const pools = { standard: await openPool(other), assembled: await openPool(undefined) };
  const wall: Record<Side, number[]> = { standard: [], assembled: [] };
  const processor: Record<Side, number[]> = { standard: [], assembled: [] };
  const open = openSpace(space);
  try {
    for (let round = 0; round <= rounds; round++) {
      const drawn = Array.from({ length: candidates }, (_, draw) =>
        open.random({ seed: SEED + round, draw, name: 'assembled' }),
      );
      const sides: readonly Side[] = round % 2 ? ['standard', 'assembled'] : ['assembled', 'standard'];
      for (const side of sides) {
        const pool = pools[side];
        const before = processorSeconds(pool);
        const started = performance.now();
        for (const candidate of drawn) await pool.score(requestOf({ side, space, candidate, resolution }));
        if (round === 0) continue;
        wall[side].push((performance.now() - started) / candidates);
        processor[side].push(usedSince(before, processorSeconds(pool)));
      }
    }
  } finally {
    await pools.standard.close();
    await pools.assembled.close();
  }
  const ratioOf = (of: Record<Side, readonly number[]>) => {
    const ratios = of.assembled.map((time, round) => time / of.standard[round]!);
    return median(ratios.filter((ratio) => !Number.isNaN(ratio)));
  };
  return { space: space.kind, resolution, ...wall, ratio: ratioOf(wall), processorRatio: ratioOf(processor) };
}

type Seconds = ReadonlyMap<number, number>;

function processorSeconds(pool: ScorerPool): Seconds {
  return new Map(pool.pids().map((pid) => [pid, cpuSeconds(pid)]));
}

/** NaN if a scorer was replaced in between, as happens after many sessions. */
function usedSince(before: Seconds, after: Seconds): number {
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? Number.NaN), 0);
}

interface RequestOfArguments {
  readonly side: Side;
  readonly space: SpaceSpecification;
  readonly candidate: string;
  readonly resolution: number;
}

function requestOf({ side, space, candidate, resolution }: RequestOfArguments): ScoreRequest {
  const { draws, batch, weights, features } = PRESETS.standard;
  const assembled = termsIn('assembled', space);
  const names = Object.keys(assembled.weights) as ProxyName[];
  const fidelity = { batch, resolution, weights };
  const shared = { space, candidate, seed: SEED, draws: Array.from({ length: draws }, (_, draw) => draw) };
  return side === 'standard'
    ? { ...shared, fidelity: { ...fidelity, features } }
    : {
        ...shared,
        fidelity: { ...fidelity, features: assembled.features },
        families: scoredFamilies(names),
      };
}

async function openPool(folder: string | undefined): Promise<ScorerPool> {
  if (folder === undefined)
    return createScorerPool({ script: SCRIPTS.blocks, size: 1, scorer: { threads: 1 } });
  const file = (name: string) => resolve(folder, 'dist/engine', name);
  const { createScorerPool: create } = (await import(pathToFileURL(file('scorer-pool.js')).href)) as {
    createScorerPool: typeof createScorerPool;
  };
  return create({ script: file('scorer-process.js'), size: 1, scorer: { threads: 1 } });
}
