// Parses words of the command line into validated values.
import { InvalidArgumentError } from 'commander';
import {
  CANDIDATE_TIMEOUT,
  isWorkerName,
  parseCandidateTimeout,
  WORKER_NAME,
} from '../core/specification/worker-settings.js';
import { DURATION, parseDuration } from '../core/text/duration.js';
import { isTimeZone } from '../core/text/time-zone.js';

/** The person stopped the command; exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The meaning of the argument ID in help texts. */
export const SEARCH_ID = 'id of a search, the beginning of exactly one id, or @last for the newest search';
export const SEARCH_IDS = 'ids of searches; the beginning of exactly one id, or @last, is enough';

/** A commander parser for whole numbers. */
export function createWholeNumberParser({
  min,
  max,
}: {
  readonly min: number;
  readonly max: number;
}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Found "${text}"; must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** A commander parser for durations, which returns milliseconds. */
export function parseDurationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError(`Found "${text}"; must be ${DURATION}.`);
  return ms;
}

/** A commander parser for the time that a scorer has for a candidate, which returns milliseconds. */
export function parseTimeoutArgument(text: string): number {
  const ms = parseCandidateTimeout(text);
  if (ms === undefined) throw new InvalidArgumentError(`Found "${text}"; must be ${CANDIDATE_TIMEOUT}.`);
  return ms;
}

/** A commander parser for ISO 8601; a date without time means its first moment in UTC. */
export function parseInstantArgument(text: string): Date {
  const time = new Date(/^\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError(
      `Found "${text}"; must be a time such as 2026-11-20 or 2026-11-20T02:00Z.`,
    );
  return time;
}

/** A commander parser for IANA time zones. */
export function parseTimezoneArgument(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError(`Found "${text}"; must be a time zone such as Europe/Berlin.`);
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A commander parser for an address to listen on. */
export function parseListenArgument(text: string): Listen {
  const [, host, port] = /^(\[[\da-f:]+\]|[^\s:/]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError(`Found "${text}"; must be host:port, such as 127.0.0.1:9464.`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** A commander parser for the name of a worker. */
export function parseWorkerNameArgument(text: string): string {
  if (!isWorkerName(text)) throw new InvalidArgumentError(`Found "${text}"; must be ${WORKER_NAME}.`);
  return text;
}
