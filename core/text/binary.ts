// Distinguishes binary data from text.

/**
 * Text may hold a few characters of another encoding, as in a comment; binary data holds many bytes that are
 * no characters.
 */
export function isBinary(text: string): boolean {
  const start = text.slice(0, 65_536);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern searches for them
  const odd = start.match(/[\x01-\x08\x0E-\x1A\x1C-\x1F\uFFFD]/g)?.length ?? 0;
  return start.includes('\0') || odd > start.length / 20;
}
