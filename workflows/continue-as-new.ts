// Continues a workflow as new, which is Temporal's way to go on with an empty history, unless it was cancelled.
import {
  CancellationScope,
  CancelledFailure,
  continueAsNew as continueAsNewAlways,
  type Workflow,
} from '@temporalio/workflow';

/**
 * Throws a CancelledFailure if cancellation was requested. The request may arrive in the workflow task that
 * continues as new, when nothing is awaited that it would reject, and the new run would not know of it.
 */
export function continueAsNew<F extends Workflow>(...input: Parameters<F>): Promise<never> {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('Workflow cancelled');
  return continueAsNewAlways<F>(...input);
}
