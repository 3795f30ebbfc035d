// In: the process. Out: how to speak to whoever reads: colour and motion on a terminal alone, plain lines elsewhere.
import pc from 'picocolors';

export const paint = pc;

/** Notes go to stderr, so that stdout holds results alone. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
