// Converts the errors of Temporal's client, which have no code of ours, to ServiceErrors for programs.
import { ServiceError, type ServiceReason } from '../../core/errors.js';
import { startServers } from '../embedded/absent.js';
import type { TemporalSettings } from './settings.js';

/** What an error says of the connection on which it happened. */
export interface TemporalConnection {
  readonly temporal: Pick<TemporalSettings, 'address' | 'source'>;
  /** Whether this program has closed it. */
  readonly isClosed: () => boolean;
}

/**
 * Reasons by the gRPC status: 13 and 1 are connections that broke during a call, 8 is a server that is overloaded. Any
 * other status is an answer, and no sign that the server is away.
 */
const REASONS: Readonly<Record<number, ServiceReason>> = {
  1: 'unreachable',
  4: 'timed-out',
  7: 'permissions',
  8: 'timed-out',
  13: 'unreachable',
  14: 'unreachable',
  16: 'credentials',
};

/** The same calls, whose promises, streams and exceptions report a server that does not answer as a ServiceError. */
export function withServiceErrors<Calls extends object>(calls: Calls, connection: TemporalConnection): Calls {
  const wrapped = Object.entries(calls).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    const call = value as (...args: unknown[]) => unknown;
    const convert = (error: unknown): never => {
      throw toServiceError(error, connection);
    };
    return [
      name,
      (...args: unknown[]) => {
        const answer = call(...args);
        if (answer instanceof Promise) return answer.catch(convert);
        return isIterable(answer) ? convertStream(answer, convert) : answer;
      },
    ] as const;
  });
  return Object.fromEntries(wrapped) as Calls;
}

/** Any other error is returned as it is. */
function toServiceError(error: unknown, { temporal, isClosed }: TemporalConnection): unknown {
  const { address, source } = temporal;
  const fault = (what: string) => `Temporal at ${address}: ${what}`;
  if (isClosed() && isOfClient(error))
    return new ServiceError({
      reason: 'closed',
      address,
      fault: fault('this connection was closed; connect again'),
      cause: error,
    });
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const way =
    source === 'embedded'
      ? { advice: startServers() }
      : { remedy: 'check that it runs and is reachable', settings: ['TEMPORAL_ADDRESS'] };
  return new ServiceError({
    reason,
    address,
    fault: fault(detailOf(error as TemporalFault)),
    cause: error,
    ...way,
  });
}

interface TemporalFault extends Error {
  readonly cause?: { readonly code?: unknown; readonly details?: unknown };
  readonly code?: unknown;
}

/**
 * Calls that fail throw an error of this name, whose cause is that of gRPC, or after the connection was closed any other.
 */
function isOfClient(error: unknown): boolean {
  return error instanceof Error && !(error instanceof ServiceError) && error.name === 'ServiceError';
}

/** A server that has just started does not know its namespace for a moment. */
const UNKNOWN_NAMESPACE = 'NamespaceNotFoundError';

/** The status is that of the cause; after a reading in another thread it is the error's own. */
function reasonOf(error: unknown): ServiceReason | undefined {
  if (!(error instanceof Error) || error instanceof ServiceError) return undefined;
  if (error.name === UNKNOWN_NAMESPACE) return 'namespace-missing';
  const { code, cause } = error as TemporalFault;
  const status = cause?.code ?? code;
  return typeof status === 'number' ? REASONS[status] : undefined;
}

/** The detail of gRPC without the advice for its own users that it ends with. */
function detailOf({ message, cause }: TemporalFault): string {
  const detail = typeof cause?.details === 'string' ? cause.details : '';
  const text = detail.replace(/\s*Resolution note:.*$/s, '').trim();
  return text === '' ? message : `${message} (${text})`;
}

function isIterable(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/** Leaving the stream leaves the one below. */
async function* convertStream(
  stream: AsyncIterable<unknown>,
  convert: (error: unknown) => never,
): AsyncGenerator<unknown> {
  try {
    yield* stream;
  } catch (error) {
    convert(error);
  }
}
