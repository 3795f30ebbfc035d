// In: any text. Out: one CSV cell that reads back as that text and that no spreadsheet takes for a formula; and back.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * RFC 4180 quoting. Text that begins with = + - @ TAB or CR and is no number gets a single quote in front (OWASP, "CSV
 * Injection"); so does text that already has quotes there, which keeps the way back unambiguous.
 */
export function textCell(text: string): string {
  const safe = /^'*[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text behind a cell that was written by `textCell`, CSV quotes already removed. */
export function fromTextCell(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
