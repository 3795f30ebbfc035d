// Ends a process after its parent has ended, whatever it is doing at that moment.
import { Worker } from 'node:worker_threads';

const LOOK_MS = 1_000;
const VARIABLE = 'ZEROSCOUT_PARENT';
/** The code of a small thread that checks every LOOK_MS whether the process still has its parent. */
const LOOKS = `
  const { workerData: { parent, lookMs, graceMs } } = require('node:worker_threads');
  const end = () => process.kill(process.pid, 'SIGKILL');
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    setTimeout(end, graceMs);
  }, lookMs);
`;
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * The environment variable with the parent's process id, which the parent sets for a child. A child that
 * looked up the id itself would read a wrong one if the parent had ended by then, and would live forever.
 */
export function createParentVariable(): { readonly [VARIABLE]: string } {
  return { [VARIABLE]: String(process.pid) };
}

/** Removes the variable from an environment, for a child that shall outlive this process. */
export function withoutParent({ [VARIABLE]: _parent, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/**
 * Ends this process once its parent has ended, since its results would not be read. `onGone` is called as
 * soon as the event loop is free, even if the parent ended before this call. A process that hangs, or takes
 * longer than `graceMs`, is killed.
 */
export function endWithParent({
  graceMs = 0,
  onGone = () => process.exit(0),
}: {
  readonly graceMs?: number;
  readonly onGone?: () => void;
} = {}): void {
  const parent = Number(process.env[VARIABLE]) || process.ppid;
  const workerData = { parent, lookMs: LOOK_MS, graceMs };
  new Worker(LOOKS, { eval: true, workerData, resourceLimits: LIMITS }).unref();
  process.on('disconnect', onGone);
  if (process.ppid !== parent) onGone();
}

/** Whether the parent asked this process to end with it. */
export function hasParent(): boolean {
  return process.env[VARIABLE] !== undefined;
}
