// Reads what an embedded server has logged since its last start.
import { closeSync, fstatSync, lstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

const LOG_LIMIT = 5_000_000;
/**
 * The number of bytes read from the end of a log. A failing server may log without end, but repeats what is
 * wrong.
 */
const TAIL_BYTES = 2_000_000;
const START = '--- started by zeroscout';

/** Opens a log for appending. Anything but a regular file is renamed, and links are not followed. */
export function openLog(file: string): number {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) renameSync(file, `${file}.not-a-log-${Date.now()}`);
  return openSync(file, 'a', 0o600);
}

/**
 * Prepares the log for a start: renames a log of megabytes, and writes a line at which this start's part
 * begins.
 */
export function openLogPart({ file, title }: { readonly file: string; readonly title: string }): number {
  if ((lstatSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) renameSync(file, `${file}.1`);
  const log = openLog(file);
  writeSync(log, `${START}: ${title}, ${new Date().toISOString()}\n`);
  return log;
}

/** The text since the last start, or its end if it is long; empty if there is no log. */
export function readLogOfLastStart(file: string): string {
  const text = tailOf(file);
  const start = text.lastIndexOf(START);
  if (start < 0) return text;
  const line = text.indexOf('\n', start);
  return line < 0 ? '' : text.slice(line + 1);
}

/** The last lines of the last start, for an error message. */
export function readLastLines({ file, count }: { readonly file: string; readonly count: number }): string {
  const lines = readLogOfLastStart(file).trimEnd().split('\n').slice(-count);
  return lines.map((line) => line.slice(0, 300)).join('\n');
}

function tailOf(file: string): string {
  let descriptor: number;
  try {
    if (!lstatSync(file).isFile()) return '';
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
