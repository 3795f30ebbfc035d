// Retries an operation on a server that may be unreachable for a moment; its final error is a ServiceError
// that names the server.
import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { ServiceError, type ServiceReason } from '../core/errors.js';
import { createNatsError } from './nats-error.js';

/** A transient fault on the client's side: the connection was lost, or an answer was incomplete. */
export class TransientFault extends Error {
  override readonly name = 'TransientFault';
}

/** A status with which the server answers a batched read, such as 408 or 503. */
export class StatusFault extends Error {
  override readonly name = 'StatusFault';
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message || `status ${code}`);
  }
}

/**
 * `transient`: the same request may succeed soon. `denied`: the server refuses these credentials. `rejected`:
 * the server would answer the same again. `ours`: the error does not come from the server; it is a bug, or
 * one of this project's errors.
 */
export type FaultClass = 'transient' | 'denied' | 'rejected' | 'ours';

export interface RetryOptions {
  readonly address: string;
  /** The name of the operation in messages, such as `storing scores`. */
  readonly describe: string;
  readonly patienceMs: number;
  /** Called for every failed attempt, even if a later one succeeds. */
  readonly onFault?: ((fault: { describe: string; kind: FaultClass }) => void) | undefined;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Runs `fn` until it succeeds, fails permanently, or `patienceMs` have passed since the call. Pauses double
 * from 25 ms to 2 s; each is shortened at random by up to half, so that callers do not all return at once.
 */
export async function withRetry<T>(options: RetryOptions, fn: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await fn();
    } catch (error) {
      const kind = classify(error);
      options.onFault?.({ describe: options.describe, kind });
      if (kind === 'ours') throw error;
      const wait = pause * (0.5 + Math.random() / 2);
      const waited = performance.now() - start;
      if (kind !== 'transient' || waited + wait > options.patienceMs) {
        throw createFinalError({ ...options, kind, waited, error });
      }
      await sleep(wait);
    }
  }
}

/** Reasons of a ServiceError that may pass by themselves. */
const PASSING: readonly ServiceReason[] = ['unreachable', 'timed-out'];

type ErrorClass = new (...args: never[]) => Error;

const DENIALS: readonly ErrorClass[] = [
  errors.PermissionViolationError,
  errors.AuthorizationError,
  errors.UserAuthenticationExpiredError,
];
const TRANSIENT: readonly ErrorClass[] = [
  TransientFault,
  errors.TimeoutError,
  errors.NoRespondersError,
  errors.ConnectionError,
  errors.RequestError,
];

/** Whether the error or one of its causes is of one of these classes. */
function hasCause(error: unknown, types: readonly ErrorClass[]): boolean {
  return causes(error).some((link) => types.some((type) => link instanceof type));
}

export function classify(error: unknown): FaultClass {
  // An error that names its reason is complete, unless the reason may pass.
  if (error instanceof ServiceError && !PASSING.includes(error.reason)) return 'ours';
  if (hasCause(error, DENIALS)) return 'denied';
  // "no responders" arrives as JetStreamNotEnabled. JetStream was available at connect, so this is an
  // election or a restart.
  if (hasCause(error, TRANSIENT)) return 'transient';
  const status = statusOf(error);
  if (status === undefined) return 'ours';
  return status >= 500 || status === 408 || status === 429 ? 'transient' : 'rejected';
}

/** One line on what went wrong, including the innermost cause if it says more. */
export function reasonOf(error: unknown): string {
  const messages = causes(error).map(({ message, name }) => message || name);
  return [...new Set(messages.filter((message) => message !== ''))].join(': ') || String(error);
}

/** The error that ends the retries. */
function createFinalError(
  given: RetryOptions & {
    readonly kind: Exclude<FaultClass, 'ours'>;
    readonly waited: number;
    readonly error: unknown;
  },
) {
  const { address, describe, kind, waited, error } = given;
  const ends = {
    transient: {
      reason: hasCause(error, [errors.TimeoutError]) ? 'timed-out' : 'unreachable',
      remedy: `still failing after ${(waited / 1000).toFixed(1)} s; check that it runs and is reachable`,
    },
    denied: {
      reason: hasCause(error, [errors.PermissionViolationError]) ? 'permissions' : 'credentials',
      remedy: "the server's permissions refuse it; use credentials that may (NATS_CREDS)",
      settings: ['NATS_CREDS'],
    },
    rejected: { reason: 'rejected', remedy: 'the server refuses it' },
  } as const;
  const fault = `${describe}: ${reasonOf(error)}`;
  return createNatsError(address, { ...ends[kind], fault, cause: error });
}

/**
 * The HTTP-like status of a JetStream answer. The class of the status error is not exported, so it is
 * recognized by its name.
 */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof JetStreamApiError) return error.status;
  if (error instanceof StatusFault) return error.code;
  if (error instanceof Error && error.name === 'JetStreamStatusError' && 'code' in error)
    return Number(error.code);
  return undefined;
}

function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) chain.push(link);
  return chain;
}
