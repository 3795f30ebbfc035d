// Finds the known word nearest to an unknown one, and suggests it.
import { distance } from 'fastest-levenshtein';
import { quote } from './show.js';

/** The known word with the fewest edits (ignoring case), or undefined where none is near enough. */
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
  const extended = known.find(
    (text) => lower.length > 2 && (lower.startsWith(text) || text.startsWith(lower)),
  );
  return best.edits <= allowed && best.edits < lower.length ? best.text : extended;
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
