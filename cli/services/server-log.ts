// Reads what an embedded server wrote to its log since its last start.
import { appendFileSync, closeSync, fstatSync, lstatSync, openSync, readSync, renameSync } from 'node:fs';

const LOG_LIMIT = 5_000_000;
/** A server in trouble may write without end; what is wrong it says again and again. */
const TAIL_BYTES = 2_000_000;
const START = '--- started by zeroscout';

/** Before each start: a log of megabytes is renamed, and a line tells where this start's part begins. */
export function openLogPart({ file, title }: { readonly file: string; readonly title: string }): void {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) renameSync(file, `${file}.not-a-log-${Date.now()}`);
  else if (stats && stats.size > LOG_LIMIT) renameSync(file, `${file}.1`);
  appendFileSync(file, `${START}: ${title}, ${new Date().toISOString()}\n`, { mode: 0o600 });
}

/** The text of the last start, or its end where it is long. Empty where there is no log. */
export function logOfLastStart(file: string): string {
  const text = tailOf(file);
  const start = text.lastIndexOf(START);
  if (start < 0) return text;
  const line = text.indexOf('\n', start);
  return line < 0 ? '' : text.slice(line + 1);
}

/** The last lines of the last start, for an error message. */
export function lastLines({ file, count }: { readonly file: string; readonly count: number }): string {
  const lines = logOfLastStart(file).trimEnd().split('\n').slice(-count);
  return lines.map((line) => line.slice(0, 300)).join('\n');
}

function tailOf(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, length, size - length));
  } catch {
    return '';
  } finally {
    closeSync(descriptor);
  }
}
