// Reduces messages about wrong input to what tests compare: the field at fault, and the values that the message
// names. The words between them may change.
import { SpecError } from '../../core/errors.js';

/** Quoted texts, numbers with units (not those in names such as nas-bench-201), and words that stand for a value. */
const FACT =
  /"(?:[^"\\]|\\.)*"|(?<![\w.]|\w-)-?\d+(?:\.\d+)?(?:e\+\d+)?(?:k|M|ms|s)?\b|\b(?:missing|null|true|NaN)\b|-?\bInfinity\b/g;

/** The values that a message names, in their order. */
export function factsIn(message: string): readonly string[] {
  return message.match(FACT) ?? [];
}

/** Each fault that `check` throws: its field, then the values that its message names. Empty if it throws nothing. */
export function faultsOf(check: () => unknown): readonly (readonly string[])[] {
  try {
    check();
  } catch (error) {
    if (error instanceof SpecError)
      return error.issues.map(({ path, message }) => [path, ...factsIn(message)]);
    throw error;
  }
  return [];
}
