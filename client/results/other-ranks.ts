// Finds how a candidate of one search stood in the other finished searches of the same space.
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import { SpecError } from '../../core/errors.js';
import { canonicalJson, differingFields } from '../../core/specification/specification-digest.js';
import { parseNumber } from '../../core/text/numbers.js';
import { textCell } from '../../core/text/text-cell.js';
import { checkText } from '../check-text.js';
import type { Session } from '../connections/session.js';
import { findFinishedSearch } from '../searches/find-search.js';
import { listSearches } from '../searches/list-searches.js';
import { newestFirst } from '../searches/newest-first.js';

/** The most other searches whose rankings are read, newest first. */
const READ = 20;

export interface OtherRank {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly started: string;
  readonly rank: number;
  /** The number of candidates in that ranking. */
  readonly of: number;
  /** The score within that ranking; scores of different rankings have no common scale. */
  readonly score: number;
  /** The fields in which the specification differs, such as `seed`. */
  readonly differ: readonly string[];
}

export interface OtherRanks {
  readonly found: readonly OtherRank[];
  /** The number of other searches whose rankings were read. */
  readonly read: number;
  /** Whether there are further searches of the space, older ones, that were not read. */
  readonly isMore: boolean;
}

/** The searches with an equally defined space that ranked the candidate, newest first. */
export async function findOtherRanks(
  { client, store }: Session,
  { id: given, candidate }: { readonly id: string; readonly candidate: string },
): Promise<OtherRanks> {
  checkText('candidate', candidate);
  const { id, memo } = await findFinishedSearch({ client, id: given });
  const space = canonicalJson(memo.specification.space);
  const found: OtherRank[] = [];
  const seen = new Set([id]);
  let read = 0;
  for await (const row of newestFirst(listSearches({ client, state: 'completed' }))) {
    if (row.space !== memo.space || seen.has(row.id)) continue;
    seen.add(row.id);
    const other = await findFinished(client, row.id);
    if (!other || canonicalJson(other.memo.specification.space) !== space) continue;
    if (read === READ) return { found, read, isMore: true };
    read += 1;
    const place = await findPlace(store.blobs.stream(other.result.ranking), candidate);
    if (!place) continue;
    const differ = differingFields(
      { ...other.memo.specification, name: '' },
      { ...memo.specification, name: '' },
    );
    const { name, started } = row;
    found.push({ id: row.id, name, started, ...place, differ });
  }
  return { found, read, isMore: false };
}

/** A search that was deleted meanwhile is left out. */
async function findFinished(
  client: Session['client'],
  id: string,
): Promise<{ readonly memo: SearchMemo; readonly result: SearchResult } | undefined> {
  return findFinishedSearch({ client, id }).catch((error: unknown) => {
    if (error instanceof SpecError) return undefined;
    throw error;
  });
}

/**
 * The row of a candidate in the bytes of a ranking.csv, found by its text: parsing every row of a million would
 * take several seconds.
 */
export async function findPlace(
  pieces: AsyncIterable<Uint8Array>,
  candidate: string,
): Promise<Pick<OtherRank, 'rank' | 'score' | 'of'> | undefined> {
  const needle = `,${textCell(candidate)},`;
  const decoder = new TextDecoder();
  let place: { readonly rank: number; readonly score: number } | undefined;
  let rest = '';
  let lines = 0;
  for await (const piece of pieces) {
    for (const byte of piece) if (byte === LINE_FEED) lines += 1;
    if (place) continue;
    const text = rest + decoder.decode(piece, { stream: true });
    place = findIn(text, needle);
    rest = text.slice(-needle.length - LONGEST_NUMBERS);
  }
  return place && { ...place, of: lines - 1 };
}

const LINE_FEED = 10;
/** A rank before the candidate and a score after it are shorter. */
const LONGEST_NUMBERS = 100;

/** A class has the same text as its representative; only the candidate's cell follows a rank at the line's start. */
function findIn(text: string, needle: string): { readonly rank: number; readonly score: number } | undefined {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const before = text.slice(Math.max(0, at - 20), at);
    const rank = /\n(\d+)$/.exec(before)?.[1];
    const from = at + needle.length;
    const end = text.indexOf(',', from);
    if (rank !== undefined && end >= 0)
      return { rank: Number(rank), score: parseNumber(text.slice(from, end)) };
  }
  return undefined;
}
