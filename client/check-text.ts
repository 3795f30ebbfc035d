// Checks an argument that must be text: programs in JavaScript may pass anything.
import { SpecError } from '../core/errors.js';
import { describeFound } from '../core/text/show.js';

/** Throws a SpecError that names the field for anything but text. */
export function checkText(field: string, value: unknown): void {
  if (typeof value !== 'string')
    throw SpecError.of({ path: field, message: `${describeFound(value)}; must be text` });
}
