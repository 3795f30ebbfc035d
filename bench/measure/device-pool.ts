// Starts scorer processes on a device as a worker does, and times them over lists of candidates.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sample } from '../../core/random/shuffle.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { type BatchedDevice, together } from '../../core/specification/devices.js';
import type { FamilyName } from '../../core/specification/families.js';
import { PRESETS } from '../../core/specification/fidelity.js';
import type { ScoreResult } from '../../engine/protocol.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';

const SCRIPT = fileURLToPath(new URL('../../engine/scorer-process.js', import.meta.url));
export const RESOLUTION = 32;

export function openPool(device: BatchedDevice | 'cpu'): ScorerPool {
  const cores = availableParallelism();
  if (device === 'cpu') return createScorerPool({ script: SCRIPT, size: cores });
  return createScorerPool({
    script: SCRIPT,
    size: 1,
    together: together(device),
    scorer: { threads: cores, device },
    limits: { maxResidentBytes: Number.POSITIVE_INFINITY },
  });
}

interface ScoreAllArguments {
  readonly pool: ScorerPool;
  readonly candidates: readonly string[];
  readonly preset: 'screen' | 'standard';
  readonly seed: number;
  /** az-nas alone if absent. */
  readonly families?: readonly FamilyName[];
}

export async function scoreAll({
  pool,
  candidates,
  preset,
  seed,
  families = ['az-nas'],
}: ScoreAllArguments): Promise<{ seconds: number; results: ScoreResult[] }> {
  const { draws, ...fidelity } = { ...PRESETS[preset], resolution: RESOLUTION };
  const numbers = Array.from({ length: draws }, (_, draw) => draw);
  const space = { kind: 'nas-bench-201' } as const;
  const start = performance.now();
  const results = await Promise.all(
    candidates.map((candidate) => pool.score({ space, candidate, seed, fidelity, draws: numbers, families })),
  );
  return { seconds: (performance.now() - start) / 1000, results };
}

export function randomCandidates(count: number): string[] {
  const { size, at } = nasBench201.enumeration;
  return sample({ key: { seed: 1, draw: 0, name: 'bench' }, count, size }).map(at);
}
