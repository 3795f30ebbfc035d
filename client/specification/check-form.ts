// Checks the form in which a program passes a specification: a path, a text or a value, and its files.
import { SpecError } from '../../core/errors.js';
import { describeFound, quote, show } from '../../core/text/show.js';
import { type FileInput, isFileInput } from '../files/open-file.js';

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

/** Programs without types often return what a map has for the name, which may be nothing. */
export function checkFile({
  found,
  file,
  field,
}: {
  readonly found: unknown;
  readonly file: string;
  readonly field: string;
}): FileInput {
  if (isFileInput(found)) return found;
  const message = `files(${quote(file)}) returned ${show(found)}; must return the path of a file, or its bytes`;
  throw SpecError.of({ path: field, message });
}

/** Throws a SpecError for a value that holds a function or a symbol. */
export function copyOf(value: object, field: string): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    if ((error as Error).name !== 'DataCloneError') throw error;
    const message =
      'value: holds a function, a symbol or the like; must hold mappings, lists, texts, numbers and booleans';
    throw SpecError.of({ path: field, message });
  }
}
