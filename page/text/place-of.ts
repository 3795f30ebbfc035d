// Says where in a file, or in the text of a specification, a mistake is.
import type { Problem } from '../../http/answers.js';

type Issue = NonNullable<Problem['issues']>[number];

/** `line 4, column 1: `, `cell.yaml, line 3, stages[2].width: `; empty where nothing is known. */
export function placeOf({ path, file, line, column, key }: Issue): string {
  const parts = [
    // A table of accuracies has the name of its parameter.
    file === path ? undefined : file,
    line === undefined ? undefined : `line ${line}`,
    column === undefined ? undefined : `column ${column}`,
    key,
  ].filter(Boolean);
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
