// Checks the form in which a program passes a specification: a path, a text or a value, and its files.
import { SpecError } from '../../core/errors.js';
import { unknownKey } from '../../core/text/nearest.js';
import { refuseDeepValue } from '../../core/text/read-document.js';
import { describeFound, quote, show } from '../../core/text/show.js';
import { type FileInput, isFileInput } from '../files/open-file.js';

const FORMS = ['path', 'text', 'value'];

/**
 * Throws a SpecError unless a specification has exactly one form, with a value of its type, and nothing else but its
 * files. What is undefined counts as absent, and is left out of the answer.
 */
export function checkForm<Input>(input: Input, field: string): Input {
  const entries = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const given: Record<string, unknown> = Object.fromEntries(
    entries.filter(([, value]) => value !== undefined),
  );
  const forms = FORMS.filter((form) => form in given);
  const fail = (message: string): never => {
    throw SpecError.of({ path: field, message });
  };
  const known = [...FORMS, 'files'];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) fail(unknownKey({ word: unknown, known }));
  const [form = ''] = forms;
  if (forms.length !== 1) {
    const found = forms.length === 0 ? describeFound(input) : `found ${forms.join(' and ')}`;
    fail(`${found}; must be one of { path }, { text } and { value }`);
  }
  if (form === 'path' && 'files' in given)
    fail('files: found beside path; the files that a file names are read from its folder; remove files');
  if (form !== 'value' && typeof given[form] !== 'string')
    fail(`${form}: ${describeFound(given[form])}; must be text`);
  if (given.files !== undefined && typeof given.files !== 'function')
    fail(`files: ${describeFound(given.files)}; must be a function`);
  return given as Input;
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

/** Throws a SpecError for a value that holds a function or a symbol, or that is nested deeper than any text may be. */
export function copyOf(value: object, field: string): unknown {
  refuseDeepValue({ value, source: '' });
  try {
    return structuredClone(value);
  } catch (error) {
    if ((error as Error).name !== 'DataCloneError') throw error;
    const message =
      'value: holds a function, a symbol or the like; must hold mappings, lists, texts, numbers and booleans';
    throw SpecError.of({ path: field, message });
  }
}
