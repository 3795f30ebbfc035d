// Writes any text as a CSV cell that reads back as the same text and that no spreadsheet evaluates as a
// formula.

/**
 * First characters that make a spreadsheet evaluate a cell, or skip to what follows (OWASP, "CSV Injection");
 * some programs accept the full-width forms too.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Quotes as in RFC 4180. Text that begins like a formula and is not a number gets a leading single quote; so
 * does text that already has such quotes, which keeps the encoding unambiguous. Semicolons and tabs are
 * quoted too, because some locales use them as separators.
 */
export function textCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text of a cell that `textCell` wrote, after CSV quotes were removed. */
export function fromTextCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
