// In: faults met line by line in a file. Out: one SpecError with the first twenty and a count of the rest.
import { type Issue, SpecError } from './errors.js';

const MOST_ISSUES = 20;

/** Collects faults of `source`; `add` counts, `throwIfAny` throws. */
export function lineIssues(source: string) {
  const issues: Issue[] = [];
  let count = 0;
  return {
    add({ line, message }: { readonly line: number; readonly message: string }): void {
      count += 1;
      if (issues.length < MOST_ISSUES) issues.push({ path: `${source}:${line}`, message });
    },
    throwIfAny(): void {
      if (count === 0) return;
      const rest = count - issues.length;
      const more = rest === 0 ? [] : [{ path: source, message: `${rest} more lines like these` }];
      throw new SpecError([...issues, ...more]);
    },
  };
}

/** Undefined if `parse` takes the candidate, else its complaint in one line. Errors that are no SpecError pass through. */
export function complaint({
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
