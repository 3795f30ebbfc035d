// Leaves steps of a specification that contains code to other workers, where this one may not run it.
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { SpecError } from '../core/errors.js';
import { computeRetryDelay, type Gate } from './engine-gate.js';

/**
 * The number of workers that may refuse a step, one after the other, before the search ends with the reason. If one
 * worker in ten has the permission, all of these lack it with a probability of .9 ^ 100 = 3e-5.
 */
const REFUSALS = 100;
/** The number of refusals, one a second, until workers that are just starting are listed. */
const STARTING = 15;

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
 * with its error, if no other worker is alive after a quarter of a minute, or if a hundred attempts were refused.
 */
export async function leaveToOthers(error: SpecError, gate: Gate): Promise<ApplicationFailure | undefined> {
  const { attempt } = activityInfo();
  if (attempt >= REFUSALS) return undefined;
  // A server that does not list the workers is no reason to end a search.
  if (attempt >= STARTING && !(await gate.hasOthers().catch(() => true))) return undefined;
  return ApplicationFailure.create({
    type: 'NotPermittedError',
    message: `${error.message}. This worker leaves the work to others`,
    nextRetryDelay: computeRetryDelay(attempt),
  });
}
