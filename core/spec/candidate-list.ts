// In: the text of a candidate list file. Out: its candidates in order, each once, or a SpecError with line numbers.
import { SpecError } from './errors.js';
import { complaint, lineIssues } from './line-issues.js';

/** `duplicates` counts the lines that were dropped because their candidate had come before. */
export interface CandidateList {
  readonly candidates: readonly string[];
  readonly duplicates: number;
}

/**
 * One candidate a line; spaces around it, blank lines and lines that begin with `#` do not count. `parse` throws a
 * SpecError for text that is no candidate. Throws a SpecError with `source:line` for up to 20 bad lines, or for none good.
 */
export function parseCandidateList({
  text,
  source,
  parse,
}: {
  readonly text: string;
  readonly source: string;
  readonly parse: (text: string) => unknown;
}): CandidateList {
  const issues = lineIssues(source);
  const candidates = new Set<string>();
  let duplicates = 0;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const candidate = line.trim();
    if (candidate === '' || candidate.startsWith('#')) continue;
    if (candidates.has(candidate)) {
      duplicates += 1;
      continue;
    }
    const message = complaint({ candidate, parse });
    if (message === undefined) candidates.add(candidate);
    else issues.add({ line: index + 1, message });
  }
  issues.throwIfAny();
  if (candidates.size === 0) {
    throw SpecError.of({ path: source, message: 'no candidates; must have one a line' });
  }
  return { candidates: [...candidates], duplicates };
}
