// Escapes text for HTML and SVG.

/** Characters that change the direction of the text after them, also of a sentence that names a candidate. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * The text for the contents of an element and for an attribute in double quotes. Characters that XML forbids
 * become spaces, and those that reverse the text around them U+FFFD, as in tables of the terminal.
 */
export function escapeMarkup(content: string): string {
  return content
    .replaceAll(DIRECTION, '\uFFFD')
    .replaceAll(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
