// Collects faults met line by line in a file into one SpecError: the first ones, and a count of the rest.
import { type Issue, MOST_ISSUES, SpecError } from '../errors.js';

/**
 * The most lines of a table that are reported. A program wrote the table, so many wrong lines mean that it is
 * the wrong table.
 */
const MOST_OF_TABLE = 3;
const LONGEST_OF_TABLE = 120;

/**
 * Collects the faults of `source`: `add` counts one, `throwIfAny` throws. Many faults of a `table` become one
 * line.
 */
export function lineIssues(source: string, kind: 'list' | 'table' = 'list') {
  const issues: Issue[] = [];
  let count = 0;
  const most = kind === 'list' ? MOST_ISSUES : MOST_OF_TABLE;
  return {
    add({ line, message }: { readonly line: number; readonly message: string }): void {
      count += 1;
      if (issues.length < most) issues.push({ path: '', file: source, line, message });
    },
    throwIfAny(): void {
      if (count === 0) return;
      const rest = count - issues.length;
      if (rest === 0) throw new SpecError(issues);
      if (kind === 'list')
        throw new SpecError([
          ...issues,
          { path: '', file: source, message: `${rest} more lines like these`, more: rest },
        ]);
      const first = issues.map(({ line, message }) => `line ${line}: ${shorten(message)}`);
      throw SpecError.inFile({
        file: source,
        message: `${count} lines are wrong; ${first.join('; ')}; and ${rest} more`,
      });
    },
  };
}

function shorten(message: string): string {
  return message.length > LONGEST_OF_TABLE ? `${message.slice(0, LONGEST_OF_TABLE)}...` : message;
}

/**
 * Undefined if `parse` accepts the candidate, else its message in one line. Errors that are not SpecErrors
 * are rethrown.
 */
export function describeParseFault({
  candidate,
  parse,
}: {
  readonly candidate: string;
  readonly parse: (text: string) => unknown;
}): string | undefined {
  try {
    parse(candidate);
    return undefined;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.message.replaceAll('\n', '; ');
  }
}
