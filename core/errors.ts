// Defines the errors of all rooms: which of them end a search, and how a mistake in user input is shown.

/** What would help, for programs: a command line says by the code which of its commands does that. */
export type AdviceCode =
  | 'start-servers'
  | 'stop-servers'
  | 'allow-modules'
  | 'measure-latencies'
  | 'search-again'
  | 'correct-specification'
  | 'repair-by-search'
  | 'repair-store'
  | 'fetch-servers'
  | 'restart-servers'
  | 'install-provider'
  | 'install-libraries'
  | 'find-libraries'
  | 'name-features'
  | 'export-onnx';

/** The way out of a fault. */
export interface Advice {
  readonly code: AdviceCode;
  /** The way out in the words of the library; the error's message ends with it. */
  readonly text: string;
  /** What the advice is about, such as the id of a search. */
  readonly about?: string;
}

/**
 * One fault in user input: `path` is the field of a specification (`space.kind`) or the argument of a call (`truth`), and `message`
 * says what was found and what would be right.
 */
export interface Issue {
  readonly path: string;
  readonly message: string;
  /** The file that the field names or is read from, if the fault is in it. */
  readonly file?: string;
  /** Where in the file, or in the text that was handed in, both counted from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Set where the input names something, such as a search, that does not exist. */
  readonly code?: 'not-found';
  /** The field of that file, such as `stages[2].width` of a space's definition. */
  readonly key?: string;
  readonly advice?: Advice;
  /** How many issues this one stands for. */
  readonly more?: number;
}

/** `space.file: my-space.yaml:3:5: stages[2].width`, of which each part may be missing. */
function placeOf({ path, file, line, column, key }: Issue): string {
  const position = [line, column].filter((number) => number !== undefined);
  const inText = ['line', 'column'].slice(0, position.length).map((name, i) => `${name} ${position[i]}`);
  const inFile = file ? [file, ...position].join(':') : inText.join(', ');
  return [path, inFile, key].filter(Boolean).join(': ');
}

/** The issue as a person reads it. */
function textOf(issue: Issue): string {
  const { message, advice } = issue;
  const whole = advice ? `${message}; ${advice.text}` : message;
  const place = placeOf(issue);
  return place ? `${place}: ${whole}` : whole;
}

/** Control characters but tab and line feed, and those that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;

/** Messages quote what others have written; here it can no longer move a cursor, wherever it is printed or logged. */
function escapeControls(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Issues that are shown at a time: who has more mends these first. */
export const MOST_ISSUES = 20;

/** Stands for further issues: `and 79,980 more`. */
export function moreIssues(count: number): Issue {
  return { path: '', message: `and ${count.toLocaleString('en-US')} more`, more: count };
}

/** The first issues, and in one line how many more there are. */
function shorten(all: readonly Issue[]): readonly Issue[] {
  const issues = all.filter(({ more }) => more === undefined);
  const rest = all.reduce((sum, { more = 0 }) => sum + more, issues.length - MOST_ISSUES);
  return issues.length > MOST_ISSUES ? [...issues.slice(0, MOST_ISSUES), moreIssues(rest)] : all;
}

/** Bad user input. Never retried; shown to the person as `path: message` lines, twenty at most. CLI exit code 2. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly issues: readonly Issue[];

  constructor(found: readonly Issue[]) {
    const shown = shorten(found).map(withoutControl);
    super(shown.map(textOf).join('\n'));
    this.issues = shown;
  }

  /** `not-found` where the input names what does not exist, such as an unknown id of a search. */
  get code(): 'invalid-input' | 'not-found' {
    return this.issues[0]?.code ?? 'invalid-input';
  }

  /** The first field that is wrong, such as `space.kind`; '' where the whole input is. */
  get field(): string {
    return this.issues[0]?.path ?? '';
  }

  static of(issue: Issue): SpecError {
    return new SpecError([issue]);
  }

  /** A fault of a file; whoever has it read knows which field or argument named it, and says so (`withField`). */
  static inFile(issue: Omit<Issue, 'path'>): SpecError {
    return new SpecError([{ ...issue, path: '' }]);
  }
}

function withoutControl({ path, message, file, key, ...rest }: Issue): Issue {
  return {
    ...rest,
    path: escapeControls(path),
    message: escapeControls(message),
    ...(file ? { file: escapeControls(file) } : {}),
    ...(key ? { key: escapeControls(key) } : {}),
  };
}

/** Answers what `work` answers; issues of a SpecError that name no field name this one. */
export async function withField<T>(field: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(
      error.issues.map((issue) => (issue.path || issue.more ? issue : { ...issue, path: field })),
    );
  }
}

/** The reasons of TerminalErrors, for programs. */
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

/**
 * A server that cannot be reached or is not what it should be; `address` names it. Retryable inside workers, exit code 1 in the
 * CLI.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code = 'server-away';
  readonly address: string;
  readonly advice?: Advice;

  constructor({ address, message, advice, cause }: ServiceFault) {
    super(advice ? `${message}${message.endsWith('\n') ? '' : ' '}${advice.text}` : message, { cause });
    this.address = address;
    if (advice) this.advice = advice;
  }
}

interface ServiceFault {
  readonly address: string;
  readonly message: string;
  readonly advice?: Advice | undefined;
  readonly cause?: unknown;
}

/** A device that cannot be had, or not for all of the work. A worker that meets it does not start; exit code 1 in the CLI. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code = 'no-device';
  /** `cuda`, `webgpu` or `cpu-stack`. */
  readonly device: string;
  /** The message without the name of the device. */
  readonly fault: string;

  constructor({ device, message, cause }: DeviceFault) {
    super(`device ${device}: ${message}`, { cause });
    this.device = device;
    this.fault = message;
  }
}

interface DeviceFault {
  readonly device: string;
  readonly message: string;
  readonly cause?: unknown;
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
