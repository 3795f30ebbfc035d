// Tells binary data from text that somebody wrote.

/** A letter of another encoding in a comment does not make a text binary; many bytes that are no characters do. */
export function isBinary(text: string): boolean {
  const start = text.slice(0, 65_536);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const odd = start.match(/[\x01-\x08\x0E-\x1A\x1C-\x1F\uFFFD]/g)?.length ?? 0;
  return start.includes('\0') || odd > start.length / 20;
}
