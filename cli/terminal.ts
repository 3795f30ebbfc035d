// In: the process. Out: how to speak to whoever reads: colour and motion on a terminal alone, plain lines elsewhere.
import pc from 'picocolors';

export const paint = pc;

/** Notes go to stderr, so that stdout holds results alone. */
export function note(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? harmless(text) : text}\n`);
}

export function print(text: string): void {
  const shown = process.stdout.isTTY ? harmless(text) : text;
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** Control characters but tab and line feed, and escape sequences but colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0B-\x1A\x1C-\x1F\x7F-\x9F]|\x1B(?!\[\d*(?:;\d+)*m)/g;

/** What others have written (names, reasons, answers of a webhook) must not move the cursor, set titles or fill the clipboard. */
export function harmless(text: string): string {
  return text.replace(CONTROL, '\uFFFD');
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
