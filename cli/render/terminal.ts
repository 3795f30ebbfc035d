// Writes for whoever reads: colours and motion on a terminal alone, plain lines elsewhere.
import pc from 'picocolors';

export const paint = pc.createColors(isColoured());

/**
 * Whether what is written has colours: as https://no-color.org and https://force-color.org ask, else on a terminal alone. What a
 * CI's log keeps is read by programs too, so that `CI` alone adds none.
 */
export function isColoured(
  env: NodeJS.ProcessEnv = process.env,
  stream: { isTTY?: boolean } = process.stdout,
) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(0|false)$/.test(env.FORCE_COLOR);
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}

/** Columns of the screen that stdout goes to; Infinity where it goes to a file or a program. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Whether the locale has characters beyond ASCII; C and POSIX have not. */
function isUnicode(env: NodeJS.ProcessEnv = process.env): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}

/** What stands for text that was left out. */
export function ellipsis(): string {
  return isUnicode() ? '\u2026' : '...';
}

/** Notes go to stderr, so that stdout holds results alone. */
export function note(text: string): void {
  process.stderr.write(`${replaceControls(text)}\n`);
}

/** Lines for people, wherever they go: what is piped into a pager or a file is looked at on a terminal in the end. */
export function print(text: string): void {
  printData(replaceControls(text));
}

/** Data for programs, such as CSV: its bytes stay as they are, but on a terminal. */
export function printData(text: string): void {
  const shown = process.stdout.isTTY ? replaceControls(text) : text;
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** Control characters but tab and line feed, what turns the direction of text, and escape sequences but colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0B-\x1A\x1C-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]|\x1B(?!\[\d*(?:;\d+)*m)/g;

/** What others have written (names, reasons, answers of a webhook) must not move the cursor, set titles or fill the clipboard. */
export function replaceControls(text: string): string {
  return text.replace(CONTROL, '\uFFFD');
}

/** As `replaceControls`, for text in which nothing of ours has colours. */
export function replaceEscapes(text: string): string {
  return replaceControls(text).replaceAll('\x1B', '\uFFFD');
}

/** What JSON need not escape, though terminals obey it. */
const UNESCAPED = /[\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g;

export function printJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2).replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${text}\n`);
}
