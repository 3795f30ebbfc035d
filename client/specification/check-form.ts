// Checks the form in which a program passes a specification: a path, a text or a value.
import { SpecError } from '../../core/errors.js';
import { describeFound } from '../../core/text/show.js';

/** Throws a SpecError unless a specification has exactly one form, with a value of its type. */
export function checkForm(input: unknown, field: string): void {
  const given = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const forms = ['path', 'text', 'value'].filter((form) => form in given);
  const fail = (message: string): never => {
    throw SpecError.of({ path: field, message });
  };
  const [form = ''] = forms;
  if (forms.length !== 1) fail(`${describeFound(input)}; must be one of { path }, { text } and { value }`);
  if (form !== 'value' && typeof given[form] !== 'string')
    fail(`${form}: ${describeFound(given[form])}; must be text`);
  if (given.files !== undefined && typeof given.files !== 'function')
    fail(`files: ${describeFound(given.files)}; must be a function`);
}
