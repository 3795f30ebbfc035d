// In: what was wrong, where, and the way out. Out: the error types that every room throws and maps.

/** One fault in user input: `path` is the field (`space.kind`), `message` says what was found and what would be right. */
export interface Issue {
  readonly path: string;
  readonly message: string;
  /** Of an issue that stands for others: how many. */
  readonly more?: number;
}

/** Control characters but tab and line feed, and those that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;

/** Messages quote what others have written; here it can no longer move a cursor, wherever it is printed or logged. */
function escaped(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Issues that are shown at a time: who has more mends these first. */
export const MOST_ISSUES = 20;

/** `and 79,980 more`, in place of so many issues. */
export function moreIssues(count: number): Issue {
  return { path: '', message: `and ${count.toLocaleString('en-US')} more`, more: count };
}

/** The first issues, and in one line how many more there are. */
function shortened(all: readonly Issue[]): readonly Issue[] {
  const issues = all.filter(({ more }) => more === undefined);
  const rest = all.reduce((sum, { more = 0 }) => sum + more, issues.length - MOST_ISSUES);
  return issues.length > MOST_ISSUES ? [...issues.slice(0, MOST_ISSUES), moreIssues(rest)] : all;
}

/** Bad user input. Never retried; shown to the person as `path: message` lines, twenty at most. CLI exit code 2. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly issues: readonly Issue[];

  constructor(found: readonly Issue[]) {
    const shown = shortened(found).map(({ path, message, ...rest }) => ({
      path: escaped(path),
      message: escaped(message),
      ...rest,
    }));
    super(shown.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('\n'));
    this.issues = shown;
  }

  static of({ path, message }: Issue): SpecError {
    return new SpecError([{ path, message }]);
  }
}

/** A server that cannot be reached or is not what it should be; `address` names it. Retryable inside workers, exit code 1 in the CLI. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly address: string;

  constructor({ address, message, cause }: { address: string; message: string; cause?: unknown }) {
    super(message, { cause });
    this.address = address;
  }
}

/** A device that cannot be had, or not for all of the work. A worker that meets it does not start; exit code 1 in the CLI. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

/** Scores that were in the store when they were counted are there no longer. The workflow counts again and scores what is missing. */
export class LostScoreError extends Error {
  override readonly name = 'LostScoreError';
}

/** A blob that is missing or whose bytes do not match its digest. Never used silently; the step that needs it stops. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
}
