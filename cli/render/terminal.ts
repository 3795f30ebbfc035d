// Writes to stdout and stderr: colours and motion on terminals only, plain lines elsewhere.
import pc from 'picocolors';
import { wrapLines } from './wrap.js';

export const paint = pc.createColors(isColoured());

/**
 * Whether output has colours: as https://no-color.org and https://force-color.org prescribe, otherwise on
 * terminals only. `CI` alone adds none, because programs also read CI logs.
 */
export function isColoured(
  env: NodeJS.ProcessEnv = process.env,
  stream: { readonly isTTY?: boolean } = process.stdout,
) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(0|false)$/.test(env.FORCE_COLOR);
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}

/** The number of columns of the screen behind stdout; Infinity for a file or a program. */
export function getTerminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Whether the locale has characters beyond ASCII, which C and POSIX do not. */
function isUnicode(env: NodeJS.ProcessEnv = process.env): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** The text that stands for omitted text. */
export function getEllipsis(): string {
  return isUnicode() ? '\u2026' : '...';
}

/** Prints to stderr, so that stdout contains only results. */
export function note(text: string): void {
  process.stderr.write(`${fitLines(replaceControls(text), process.stderr)}\n`);
}

/**
 * Prints lines for people. Control characters are replaced even in a pipe or file, which may be viewed on a
 * terminal later.
 */
export function print(text: string): void {
  printData(fitLines(replaceControls(text), process.stdout));
}

/** On a terminal, the text with lines that fit it. */
function fitLines(
  text: string,
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number },
): string {
  return isTTY ? wrapLines({ text, width: columns || 80 }) : text;
}

/** Prints data for programs, such as CSV; bytes are unchanged except on a terminal. */
export function printData(text: string): void {
  const shown = process.stdout.isTTY ? replaceControls(text) : text;
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/**
 * Control characters other than tab and line feed, characters that change the direction of text, and escape
 * sequences other than colours.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
const CONTROL = /[\0-\x08\x0B-\x1A\x1C-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]|\x1B(?!\[\d*(?:;\d+)*m)/g;

/**
 * Replaces control characters. Text from outside (names, reasons, answers of a webhook) must not move the
 * cursor, set titles or fill the clipboard.
 */
export function replaceControls(text: string): string {
  return text.replace(CONTROL, '\uFFFD');
}

/** Like `replaceControls`, for text that contains no colours of ours. */
export function replaceEscapes(text: string): string {
  return replaceControls(text).replaceAll('\x1B', '\uFFFD');
}

/** A name or a note from a file, on one line and without colours. */
export function oneLine(text: string): string {
  return replaceEscapes(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Characters that JSON need not escape but that terminals act on. */
const UNESCAPED = /[\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;

export function printJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2).replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${text}\n`);
}
