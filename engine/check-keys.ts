// Checks that what a program passes is a mapping of known names: programs in JavaScript may pass anything.
import { type Issue, SpecError } from '../core/errors.js';
import { unknownKey } from '../core/text/nearest.js';
import { describeFound } from '../core/text/show.js';

interface CheckKeysArguments {
  readonly given: unknown;
  readonly known: readonly string[];
  /** The field that an error names if `given` is no mapping. */
  readonly what: string;
}

/** Throws a SpecError that names each unknown name. What is undefined counts as absent. */
export function checkKeys({ given, known, what }: CheckKeysArguments): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw SpecError.of({
      path: what,
      message: `${describeFound(given)}; must be a mapping with ${known.join(', ')}`,
    });
  const issues = Object.entries(given).flatMap(([name, value]): Issue[] =>
    value === undefined || known.includes(name)
      ? []
      : [{ path: name, message: unknownKey({ word: name, known }) }],
  );
  if (issues.length > 0) throw new SpecError(issues);
}
