// In: what an activity's promise was rejected with. Out: the type that the activity gave its failure, where it gave one.
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

export function failureTypeOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return (cause instanceof ApplicationFailure && cause.type) || undefined;
}
