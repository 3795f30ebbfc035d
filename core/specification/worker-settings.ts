// Reads the settings of workers that the environment or an option gives.
import { SpecError } from '../errors.js';
import { parseDuration } from '../text/duration.js';
import { describeFound } from '../text/show.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Timers of Node hold 2^31 - 1 ms, some 24.8 days; a longer one would fire at once. */
const LONGEST_MS = 24 * 86_400_000;

export const CANDIDATE_TIMEOUT = 'a number with a unit: 30s, 5m or 2h, from 1s to 24d';
export const WORKER_NAME = '1 to 100 letters, digits, ".", "_", "@" or "-", the first a letter or digit';

/** Milliseconds, or undefined where the text is no duration or one that cannot be waited for. */
export function parseCandidateTimeout(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms === undefined || ms === 0 || ms > LONGEST_MS ? undefined : ms;
}

/** Whether the text can name a worker: Temporal shows it, and scores carry it. */
export function isWorkerName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/.test(text);
}

/** Whether control workers run `notify.command` of specifications. */
export function areCommandsAllowed(env: Environment): boolean {
  return env.ZEROSCOUT_ALLOW_COMMANDS === '1';
}

/** Throws a SpecError for a text that no worker would accept at its start. */
export function checkWorkerSettings(env: Environment): void {
  check(env, 'ZEROSCOUT_CANDIDATE_TIMEOUT', {
    test: (text) => parseCandidateTimeout(text) !== undefined,
    right: CANDIDATE_TIMEOUT,
  });
  check(env, 'ZEROSCOUT_WORKER_NAME', { test: isWorkerName, right: WORKER_NAME });
  for (const name of ['ZEROSCOUT_ALLOW_COMMANDS', 'ZEROSCOUT_ALLOW_MODULES'])
    check(env, name, { test: (text) => text === '1' || text === '0', right: '1, or not set' });
}

interface Rule {
  readonly test: (text: string) => boolean;
  readonly right: string;
}

/** A variable without text counts as not set. */
function check(env: Environment, name: string, { test, right }: Rule): void {
  const text = env[name] || undefined;
  if (text !== undefined && !test(text))
    throw SpecError.of({ path: name, message: `${describeFound(text)}; must be ${right}` });
}
