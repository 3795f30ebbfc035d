// Cuts lists into pages, and writes and reads the cursors with which the next page is requested.
import { z } from '@hono/zod-openapi';
import { usualParameter } from './parameters.js';
import { ProblemError } from './problem.js';

export const CursorQuery = z
  .string()
  .max(2_000)
  .optional()
  .openapi({ description: '`next` of the page before' });

export const NextSchema = z
  .string()
  .nullable()
  .openapi({ description: '`cursor` of the next page; null at the end' });

/** The query parameters of a list that is not filtered. */
export function pageQuery({ usual, most }: { readonly usual: number; readonly most: number }) {
  return z.object({ limit: usualParameter({ min: 1, max: most, usual }), cursor: CursorQuery });
}

export type CursorParts = readonly (string | number)[];

/** A cursor is opaque to clients, so its content may change. */
export function writeCursor(parts: CursorParts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor, if `isRight` accepts them; else throws a ProblemError. */
export function readCursor<T extends CursorParts>(
  text: string,
  isRight: (parts: CursorParts) => parts is T,
): T {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts) && isRight(parts)) return parts;
  } catch {
    // The error below is reported instead.
  }
  throw badCursor('the cursor is not one that this API gave');
}

export function badCursor(detail: string): ProblemError {
  return new ProblemError({ status: 400, code: 'bad-cursor', detail });
}

export interface PageRequest<T> {
  /** A text that identifies a row and orders the list. Rows may share it; their order is then the given one. */
  readonly keyOf: (row: T) => string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of a list that is read anew for each page. The cursor holds the key of the last row, so rows that come
 * and go meanwhile neither repeat nor hide others.
 */
export function pageOf<T>(
  rows: readonly T[],
  { keyOf, limit, cursor }: PageRequest<T>,
): { readonly rows: readonly T[]; readonly next: string | null } {
  const after = cursor === undefined ? undefined : readCursor(cursor, isKeyAndCount);
  const keyed = rows.map((row) => ({ row, key: keyOf(row) })).sort((a, b) => compareTexts(a.key, b.key));
  const begin = after === undefined ? 0 : placeAfter(keyed, after);
  const page = keyed.slice(begin, begin + limit);
  const key = page.at(-1)?.key;
  const isEnd = key === undefined || begin + limit >= keyed.length;
  if (isEnd) return { rows: page.map(({ row }) => row), next: null };
  const given = keyed.slice(0, begin + limit).filter((each) => each.key === key).length;
  return { rows: page.map(({ row }) => row), next: writeCursor([key, given]) };
}

/** A page of a list that is always in the same order, and grows at its end if at all. */
export function pageInOrder<T>(
  rows: readonly T[],
  request: Omit<PageRequest<T>, 'keyOf'>,
): { readonly rows: readonly T[]; readonly next: string | null } {
  const numbered = rows.map((row, i) => ({ row, key: String(i).padStart(10, '0') }));
  const { rows: page, next } = pageOf(numbered, { keyOf: ({ key }) => key, ...request });
  return { rows: page.map(({ row }) => row), next };
}

/** The index of the first row after the `given` rows with this key. */
function placeAfter(
  keyed: readonly { readonly key: string }[],
  [key, given]: readonly [string, number],
): number {
  const same = keyed.filter((each) => each.key === key).length;
  const before = keyed.filter((each) => each.key < key).length;
  return before + Math.min(same, given);
}

function isKeyAndCount(parts: CursorParts): parts is readonly [string, number] {
  return parts.length === 2 && typeof parts[0] === 'string' && Number.isSafeInteger(parts[1]);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
