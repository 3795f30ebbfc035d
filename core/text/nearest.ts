// Finds the known word nearest to an unknown one, and suggests it.
import { distance } from 'fastest-levenshtein';
import { quote } from './show.js';

/**
 * The known word with the fewest edits (ignoring case), or the one of which the word is the beginning; undefined where
 * none is near enough.
 */
export function nearest({
  word,
  known,
}: {
  readonly word: string;
  readonly known: readonly string[];
}): string | undefined {
  const lower = word.slice(0, 64).toLowerCase();
  let best: { readonly text: string; readonly edits: number } | undefined;
  for (const text of known) {
    const edits = distance(lower, text.toLowerCase());
    if (best === undefined || edits < best.edits) best = { text, edits };
  }
  if (best === undefined) return undefined;
  const allowed = Math.max(2, Math.floor(Math.max(lower.length, best.text.length) / 3));
  const isLong = lower.length > 2;
  const completed = known.find((text) => isLong && text.toLowerCase().startsWith(lower));
  // The beginning of a word is meant rather than a word that differs in two letters.
  if (completed !== undefined && best.edits > 1) return completed;
  if (best.edits <= allowed && best.edits < lower.length) return best.text;
  return known.find((text) => isLong && lower.startsWith(text.toLowerCase()));
}

/** `unknown key "knd"; did you mean "kind"?`, or the list of the known keys where none is near enough. */
export function unknownKey({
  word,
  known,
}: {
  readonly word: string;
  readonly known: readonly string[];
}): string {
  const near = nearest({ word, known });
  const way = near === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${quote(near)}?`;
  return `unknown key ${quote(word)}; ${way}`;
}

/** `unknown "nasbench201"; did you mean "nas-bench-201"? Known: nas-bench-201`. */
export function unknownValue({
  word,
  known,
}: {
  readonly word: string;
  readonly known: readonly string[];
}): string {
  const near = nearest({ word, known });
  if (near === undefined) return `unknown ${quote(word)}; known: ${known.join(', ')}`;
  return `unknown ${quote(word)}; did you mean ${quote(near)}? Known: ${known.join(', ')}`;
}
