// Escapes text for HTML and SVG.

/**
 * The text for the contents of an element and for an attribute in double quotes. Characters that XML forbids
 * become spaces.
 */
export function escapeMarkup(content: string): string {
  return content
    .replaceAll(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
