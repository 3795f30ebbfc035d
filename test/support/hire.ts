// Starts workers that serve every search of a test file: a `zeroscout run` that starts its own pays seconds of CPU for them each time.
import { type Place, type Running, spawnZeroscout } from './zeroscout.js';

/** Given to `zeroscout run`, which then leaves the work to workers that are hired. */
export const HIRED = ['--workers', '0'] as const;

/** A control worker and a score worker of servers that run already; they end with the home, or when they are dismissed. */
export async function hireWorkers(place: Place): Promise<readonly Running[]> {
  const workers = ['control', 'score'].map((role) => spawnZeroscout(['worker', '--role', role], place));
  await Promise.all(workers.map((worker) => worker.says(/"worker ready"/)));
  return workers;
}

export async function dismissWorkers(workers: readonly Running[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
}
