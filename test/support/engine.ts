// Scores candidates of NAS-Bench-201 through the real programs for tests, in this process or in another one.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Draw } from '../../core/ir/draw.js';
import type { Measured } from '../../core/ir/measured.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import type { NetworkScore } from '../../engine/network-score.js';
import { createPrograms, type Programs } from '../../engine/programs.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { scoreNetwork } from '../../engine/score.js';

/** A compiled file, which tests of processes need. */
export function built(path: string): string {
  const file = fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is not there: node scripts/build.mjs makes it`);
  return file;
}

/** Variables with which Vulkan's loader finds no driver, neither of a GPU nor in software. */
export const NO_VULKAN = { VK_DRIVER_FILES: '/none', VK_ICD_FILENAMES: '/none' } as const;

/** A small request: batch 4, resolution 16. */
export function request(candidate: string, draws: readonly number[] = [0]): ScoreRequest {
  const fidelity = { batch: 4, resolution: 16, weights: 'shared', features: 'blocks' } as const;
  return { space: { kind: 'nas-bench-201' }, candidate, seed: 1, fidelity, draws };
}

/** Opens programs for the duration of `use`. */
export async function withPrograms<T>(
  use: (programs: Programs) => Promise<T>,
  layout: 'plain' | 'blocked' = 'blocked',
): Promise<T> {
  const programs = await createPrograms({ threads: 1, layout });
  try {
    return await use(programs);
  } finally {
    await programs.close();
  }
}

/** Programs that count how often a program is requested, once for each run. */
export function counted(programs: Programs): { programs: Programs; runs(): number } {
  let runs = 0;
  const block: Programs['block'] = (args) => {
    runs++;
    return programs.block(args);
  };
  return { programs: { ...programs, block }, runs: () => runs };
}

/** Features and blocks of a candidate under a draw, at resolution 16. */
export function scoreCandidate({
  candidate,
  features = 'blocks',
  batch = 4,
  draw,
  programs,
}: {
  candidate: string;
  features?: Measured;
  batch?: number;
  draw: Draw;
  programs: Programs;
}): Promise<NetworkScore> {
  const tensors = drawTensors({ draw, batch, resolution: 16, blockSize: programs.blockSize });
  return scoreNetwork({
    network: nasBench201.network({ candidate, resolution: 32 }),
    features,
    draw: tensors,
    programs,
  });
}

/** Scores requests in order in a new process; numbers are returned as their bits. */
export function scoreElsewhere(requests: readonly ScoreRequest[]): string[] {
  const script = `
    import { createCpuScorer } from ${JSON.stringify(built('engine/cpu-scorer.js'))};
    import { serialize } from 'node:v8';
    const scorer = await createCpuScorer({ threads: 1 });
    for (const request of JSON.parse(process.argv[1]))
      console.log(serialize(await scorer.score(request)).toString('base64'));
    await scorer.close();`;
  const args = ['--input-type=module', '-e', script, JSON.stringify(requests)];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n');
}

/** The largest deviation relative to max(1, |value|); infinite if only one is minus infinity. */
export function largestDeviation(a: readonly (number | null)[], b: readonly (number | null)[]): number {
  const deviation = (x: number | null, y: number | null) => {
    if (x === y) return 0;
    if (x === null || y === null) return Number.POSITIVE_INFINITY;
    return Math.abs(x - y) / Math.max(1, Math.min(Math.abs(x), Math.abs(y)));
  };
  return Math.max(...a.map((value, i) => deviation(value, b[i]!)));
}
