// Ends the activities of a worker that shuts down when their grace period is over, whatever they wait for.
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** The message of the SDK's cancellation of activities that outlast the grace period of a worker's shutdown. */
const SHUTDOWN = 'WORKER_SHUTDOWN';

/**
 * The activity fails as cancelled, and Temporal assigns it to another worker. What it waited for, such as a
 * candidate that takes minutes or a store that is away, ends with the process. After any other cancellation an
 * activity ends by itself, so that it can store what it has computed.
 */
export const endAtShutdown: ActivityInterceptorsFactory = ({ cancellationSignal }) => ({
  inbound: { execute: (input, next) => Promise.race([next(input), untilShutdown(cancellationSignal)]) },
});

function untilShutdown(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      if (signal.reason.message === SHUTDOWN) reject(signal.reason);
    });
  });
}
