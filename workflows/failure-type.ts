// Reads the type and the details of an activity's failure.
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

export function failureTypeOf(error: unknown): string | undefined {
  return causeOf(error)?.type || undefined;
}

export function failureDetailsOf(error: unknown): readonly unknown[] {
  return causeOf(error)?.details ?? [];
}

function causeOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause : undefined;
}
