// Writes any text as a CSV cell that reads back as that text and that no spreadsheet takes for a formula.

/**
 * Characters that make a spreadsheet calculate, or drop what precedes them (OWASP, "CSV Injection"); some programs take
 * full-width signs too.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * RFC 4180 quoting. Text that begins like a formula and is no number gets a single quote in front; so does text that
 * already has quotes there, which keeps the way back unambiguous. Semicolons and tabs are quoted too: in some countries
 * they part cells.
 */
export function textCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text behind a cell that was written by `textCell`, CSV quotes already removed. */
export function fromTextCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
