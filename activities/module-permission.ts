// Leaves steps of a specification that contains code to other workers, where this one may not run it.
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { SpecError } from '../core/errors.js';
import { computeRetryDelay, type Gate } from './engine-gate.js';

/** The type of the failure with which a worker leaves a step to others. */
export const NOT_PERMITTED = 'NotPermittedError';

/** Whether this worker failed only because it may not run the code of a specification. */
export function lacksPermission(error: unknown): error is SpecError {
  return (
    error instanceof SpecError &&
    error.issues.length > 0 &&
    error.issues.every(({ advice }) => advice?.code === 'allow-modules')
  );
}

/**
 * The failure after which Temporal gives the step to the next worker that polls. Undefined, so that the search ends
 * with its error, if no other worker is alive. A worker that has the permission may be busy for long, so there is no
 * other limit.
 */
export async function leaveToOthers(error: SpecError, gate: Gate): Promise<ApplicationFailure | undefined> {
  // A server that does not list the workers is no reason to end a search.
  if (await gate.isAlone().catch(() => false)) return undefined;
  return ApplicationFailure.create({
    type: NOT_PERMITTED,
    message: `${error.message}. This worker leaves the work to others`,
    nextRetryDelay: computeRetryDelay(activityInfo().attempt),
  });
}
