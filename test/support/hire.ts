// Starts workers that serve every search of a test file, because each `zeroscout run` with workers of its own
// costs seconds of CPU.
import { type Place, type Running, spawnZeroscout } from './zeroscout.js';

/** Options of `zeroscout run` that leave the work to these workers. */
export const HIRED = ['--workers', '0'] as const;

/**
 * Starts a control worker and a score worker on running servers; they end with the home, or when they are
 * dismissed.
 */
export async function hireWorkers(place: Place): Promise<readonly Running[]> {
  const workers = ['control', 'score'].map((role) => spawnZeroscout(['worker', '--role', role], place));
  await Promise.all(workers.map((worker) => worker.says(/"worker ready"/)));
  return workers;
}

export async function dismissWorkers(workers: readonly Running[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
}
