// Writes an engine version with a code of three letters for each family of proxies, and reads it.
import { FAMILY_NAMES } from '../specification/families.js';

const LETTERS = 26;

/** Three letters that depend on the name alone, so that all releases agree about them. */
export function codeOf(name: string): string {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  return [0, 1, 2]
    .map((place) => String.fromCharCode(97 + (Math.floor(hash / LETTERS ** place) % LETTERS)))
    .join('');
}

const NAMES: ReadonlyMap<string, string> = new Map(FAMILY_NAMES.map((name) => [codeOf(name), name]));

/**
 * `block-8+residual-1+synflow-1+zen-2` becomes `block-8~1abcdef~2ghi`: after each version number stand the codes
 * of the families that have it. Names that this release does not know stay as they are.
 */
export function shortenVersion(version: string): string {
  const [engine, ...parts] = version.split('+');
  let short = engine!;
  let last: string | undefined;
  for (const part of parts) {
    const [, name = '', number] = /^(.*)-(\d+)$/.exec(part) ?? [];
    const code = codeOf(name);
    if (number === undefined || NAMES.get(code) !== name) {
      short += `+${part}`;
      last = undefined;
      continue;
    }
    short += number === last ? code : `~${number}${code}`;
    last = number;
  }
  return short;
}

/** A code of a newer release, whose name is not known here, stays a code: `abc-1`. */
export function expandVersion(short: string): string {
  return short.replace(/~(\d+)((?:[a-z]{3})+)/g, (_, number: string, codes: string) =>
    codes.replace(/.{3}/g, (code) => `+${NAMES.get(code) ?? code}-${number}`),
  );
}
