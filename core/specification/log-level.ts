// Checks the log level of workers.
import { SpecError } from '../errors.js';
import { unknownValue } from '../text/nearest.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Reads `ZEROSCOUT_LOG_LEVEL`; the default is `info`. Throws a SpecError for a word that is not a level. */
export function logLevel(env: Readonly<Record<string, string | undefined>>): LogLevel {
  const word = env.ZEROSCOUT_LOG_LEVEL || 'info';
  const level = LOG_LEVELS.find((known) => known === word);
  if (level === undefined)
    throw SpecError.of({ path: 'ZEROSCOUT_LOG_LEVEL', message: unknownValue({ word, known: LOG_LEVELS }) });
  return level;
}
