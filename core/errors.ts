// Defines the errors of all rooms: which of them end a search, and how a mistake in user input is shown.

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
  readonly code = 'invalid-input';
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

  /** The first field that is wrong, such as `space.kind`; '' where the whole input is. */
  get field(): string {
    return this.issues[0]?.path ?? '';
  }

  static of({ path, message }: Issue): SpecError {
    return new SpecError([{ path, message }]);
  }
}

/** What a TerminalError is about, for programs. */
export type TerminalCode =
  | 'not-a-number'
  | 'too-large'
  | 'bad-name'
  | 'bad-columns'
  | 'too-many-drawn'
  | 'scores-lost';

/**
 * The search must end: the same step would fail again in the same way. Everything that is not a TerminalError or one of the
 * classes of this file is tried again, RangeError too, which V8 throws where memory runs out.
 */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly code: TerminalCode;

  constructor({ code, message }: { readonly code: TerminalCode; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

/** A server that cannot be reached or is not what it should be; `address` names it. Retryable inside workers, exit code 1 in the CLI. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code = 'server-away';
  readonly address: string;

  constructor({ address, message, cause }: { address: string; message: string; cause?: unknown }) {
    super(message, { cause });
    this.address = address;
  }
}

/** A device that cannot be had, or not for all of the work. A worker that meets it does not start; exit code 1 in the CLI. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code = 'no-device';
}

/** Scores that were in the store when they were counted are there no longer. The workflow counts again and scores what is missing. */
export class LostScoreError extends Error {
  override readonly name = 'LostScoreError';
}

/** A blob that is missing or whose bytes do not match its digest. Never used silently; the step that needs it stops. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code = 'damaged-blob';
}
