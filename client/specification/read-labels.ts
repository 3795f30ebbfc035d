// Reads the file of labels that a specification names: a text file of whole numbers, a label for each image.
import { SpecError, withField } from '../../core/errors.js';
import { describeFound } from '../../core/text/show.js';
import type { FileInput } from '../files/open-file.js';
import { readText } from './read-text.js';

const FIELD = 'input.labels';

/** Replaces the path of a file by the labels in it. Labels that the specification itself lists stay as they are. */
export async function withLabels({
  value,
  resolve,
}: {
  readonly value: unknown;
  readonly resolve: (name: string, field: string) => Promise<FileInput>;
}): Promise<unknown> {
  const input = (value as { readonly input?: { readonly labels?: unknown } } | null)?.input;
  const file = input?.labels;
  if (typeof file !== 'string') return value;
  if (file === '' || file.includes('\0'))
    throw SpecError.of({
      path: FIELD,
      message: `${describeFound(file)}; must be a list of classes, or the path of a text file`,
    });
  const path = await resolve(file, FIELD);
  const labels = await withField(FIELD, async () => parseLabels(await readText(path, file), file));
  return { ...(value as object), input: { ...input, labels } };
}

/** Labels are separated by white space or commas. A SpecError names the file and the line of what is no class. */
function parseLabels(text: string, file: string): readonly number[] {
  return text.split('\n').flatMap((line, at) =>
    line
      .split(/[\s,]+/)
      .filter((word) => word !== '')
      .map((word) => {
        if (/^\d{1,7}$/.test(word)) return Number(word);
        throw SpecError.inFile({
          file,
          message: `line ${at + 1} holds ${describeFound(word).replace(/^found /, '')}; must be a class, a whole number from 0`,
        });
      }),
  );
}
