// In: a process that others started. Out: it ends when they are gone, whatever it is doing.
import { Worker } from 'node:worker_threads';

const LOOK_MS = 1_000;
/** A thread of its own, as small as it gets, that looks whose child its process is. */
const LOOKS = `
  const { workerData: { parent, lookMs } } = require('node:worker_threads');
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), lookMs);
`;
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * Nobody would read what a scorer finds once its worker is gone. It is told so when it has time to listen; where it hangs, or
 * computes for long, it would stay with all its memory, and its device.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit(0));
  const workerData = { parent: process.ppid, lookMs: LOOK_MS };
  new Worker(LOOKS, { eval: true, workerData, resourceLimits: LIMITS }).unref();
}
