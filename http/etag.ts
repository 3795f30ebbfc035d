// Compares the entity tags of a request with that of a file, by RFC 9110, section 13.1.2.

/**
 * Whether the client has the file with this tag. The comparison is weak, because a proxy that compresses marks the tags
 * that pass through it as weak, and `*` stands for any file.
 */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch?.trim() === '*') return true;
  return ifNoneMatch?.match(/"[^"]*"/g)?.includes(tag) ?? false;
}
