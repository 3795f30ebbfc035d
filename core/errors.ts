// Defines the errors of the whole project: which of them end a search, and how mistakes in user input are
// shown.

import type { AdviceCode, IssueReason, ServiceReason, TerminalCode } from './error-codes.js';

export type { AdviceCode, ErrorCode, IssueReason, ServiceReason, TerminalCode } from './error-codes.js';

/** Advice on how to resolve a fault. */
export interface Advice {
  /** For programs; the command line shows the command that follows from it. */
  readonly code: AdviceCode;
  /** The advice in terms of the library; the error's message ends with it. */
  readonly text: string;
  /** The subject of the advice, such as the id of a search. */
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
  /** The position in the file, or in the text that was passed in; both count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Set where the input names something, such as a search, that does not exist or is in another state. */
  readonly code?: 'not-found' | 'wrong-state';
  /** What is wrong with the file or the network, for programs; absent for other faults. */
  readonly reason?: IssueReason | undefined;
  /** The field within that file, such as `stages[2].width` of a space's definition. */
  readonly key?: string;
  readonly advice?: Advice;
  /** The number of issues that this one stands for. */
  readonly more?: number;
}

/** `space.file: my-space.yaml:3:5: stages[2].width`; each part may be absent. */
function placeOf({ path, file, line, column, key }: Issue): string {
  const position = [line, column].filter((number) => number !== undefined);
  const inText = ['line', 'column'].slice(0, position.length).map((name, i) => `${name} ${position[i]}`);
  const inFile = file ? [file, ...position].join(':') : inText.join(', ');
  return [path, inFile, key].filter(Boolean).join(': ');
}

/** The issue as a line of text. */
function textOf(issue: Issue): string {
  const { message, advice } = issue;
  const whole = advice ? `${message}; ${advice.text}` : message;
  const place = placeOf(issue);
  return place ? `${place}: ${whole}` : whole;
}

/** Control characters other than tab and line feed, and characters that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
const CONTROL = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Escapes control characters. Messages quote text from outside, which could otherwise move a terminal's
 * cursor when it is printed or logged.
 */
function escapeControls(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The largest number of issues in one message. */
export const MOST_ISSUES = 20;

/** An issue that stands for further ones: `and 79,980 more`. */
export function moreIssues(count: number): Issue {
  return { path: '', message: `and ${count.toLocaleString('en-US')} more`, more: count };
}

/** The first issues, and one more issue that says how many were left out. */
function shorten(all: readonly Issue[]): readonly Issue[] {
  const issues = all.filter(({ more }) => more === undefined);
  const rest = all.reduce((sum, { more = 0 }) => sum + more, issues.length - MOST_ISSUES);
  return issues.length > MOST_ISSUES ? [...issues.slice(0, MOST_ISSUES), moreIssues(rest)] : all;
}

/** Bad user input. It is never retried; people see at most twenty lines `path: message`. CLI exit code 2. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly issues: readonly Issue[];

  constructor(found: readonly Issue[]) {
    const shown = shorten(found).map(withoutControl);
    super(shown.map(textOf).join('\n'));
    this.issues = shown;
  }

  /**
   * `not-found` where the input names what does not exist, such as an unknown id of a search; `wrong-state` where the
   * search that it names is in another state than the call needs.
   */
  get code(): 'invalid-input' | 'not-found' | 'wrong-state' {
    return this.issues[0]?.code ?? 'invalid-input';
  }

  /** The first field at fault, such as `space.kind`; '' where the input as a whole is at fault. */
  get field(): string {
    return this.issues[0]?.path ?? '';
  }

  static of(issue: Issue): SpecError {
    return new SpecError([issue]);
  }

  /**
   * A fault inside a file. The caller, who knows which field or argument named the file, adds that name with
   * `withField`.
   */
  static inFile(issue: Omit<Issue, 'path'>): SpecError {
    return new SpecError([{ ...issue, path: '' }]);
  }
}

function withoutControl({ path, message, file, key, ...rest }: Issue): Issue {
  return {
    ...rest,
    path: escapeControls(path),
    message: escapeControls(message),
    // A message may have several lines, the name of a file has one.
    ...(file ? { file: escapeControls(file).replaceAll('\n', String.raw`\n`) } : {}),
    ...(key ? { key: escapeControls(key) } : {}),
  };
}

/** Returns what `work` returns; issues of a SpecError that name no field are attributed to this one. */
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

/**
 * Ends the search, because the same step would fail again in the same way. Any error that is neither a
 * TerminalError nor another class of this file is retried, including RangeError, which V8 throws where memory
 * runs out.
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
 * A server that cannot be used: `address` names it, and `reason` says why. Workers retry it; CLI exit code 1.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code = 'server-away';
  readonly reason: ServiceReason;
  readonly address: string;
  /** What is wrong; the message without the way out. */
  readonly fault: string;
  /** What to do, in a sentence for people; the message ends with it. */
  readonly remedy?: string;
  /** The settings of which one may have to be changed, such as `NATS_URL`. */
  readonly settings: readonly string[];
  readonly advice?: Advice;

  constructor({ reason, address, fault, remedy, settings = [], advice, cause }: ServiceFault) {
    super(withRemedy({ fault, remedy, advice }), { cause });
    this.reason = reason;
    this.address = address;
    this.fault = fault;
    this.settings = settings;
    const text = advice?.text ?? remedy;
    if (text !== undefined) this.remedy = text;
    if (advice) this.advice = advice;
  }

  /** The first setting that may have to be changed, such as `NATS_URL`; '' where no setting is at fault. */
  get field(): string {
    return this.settings[0] ?? '';
  }
}

export interface ServiceFault {
  readonly reason: ServiceReason;
  readonly address: string;
  readonly fault: string;
  /** Ignored if there is advice, whose text takes its place. */
  readonly remedy?: string | undefined;
  readonly settings?: readonly string[] | undefined;
  readonly advice?: Advice | undefined;
  readonly cause?: unknown;
}

/** Advice is a sentence of its own; another remedy continues the sentence of the fault. */
function withRemedy({ fault, remedy, advice }: Pick<ServiceFault, 'fault' | 'remedy' | 'advice'>): string {
  if (advice) return `${fault}${ending(fault)}${advice.text}`;
  return remedy === undefined ? fault : `${fault}; ${remedy}`;
}

function ending(fault: string): string {
  if (fault.endsWith('\n')) return '';
  return /[.:]$/.test(fault) ? ' ' : '. ';
}

/**
 * A device that is absent or that cannot do all of the work. A worker that meets this error does not start;
 * CLI exit code 1.
 */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code = 'no-device';
  readonly field = 'device';
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

/**
 * Scores that were counted in the store are no longer there. The workflow counts again and scores what is
 * missing.
 */
export class LostScoreError extends Error {
  override readonly name = 'LostScoreError';
}

/** The way out where stored data are damaged. */
export const REPAIR_BY_SEARCH =
  'a search with the same specification restores what was damaged, from the stored scores';

/**
 * A blob that is missing or whose bytes do not match its digest. Such bytes are never used; the step that
 * needs the blob stops.
 */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code = 'damaged-blob';
  /** No field of the input is at fault. */
  readonly field = '';
  readonly advice: Advice = { code: 'repair-by-search', text: REPAIR_BY_SEARCH };
}
