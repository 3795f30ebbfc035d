// Stores the generations of an evolution as a chain of blobs, from which any worker can read the whole
// history.
import { addDrawCounts, type DrawCounts, NO_DRAWS } from '../core/contract/draw-counts.js';
import type { CandidateListRef, HistoryRef } from '../core/contract/search.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import type { BlobStore } from '../store/store.js';

/** One link of the chain: the candidates of a generation, and a reference to the previous link. */
interface Link {
  readonly before?: string;
  readonly list: CandidateListRef;
}

interface AppendGenerationArguments {
  readonly blobs: BlobStore;
  readonly history: HistoryRef | undefined;
  readonly children: readonly string[];
  readonly drawn: DrawCounts;
}

/** Appends a generation. The same generations give the same digests. */
export async function appendGeneration({
  blobs,
  history,
  children,
  drawn,
}: AppendGenerationArguments): Promise<{ history: HistoryRef; plan: CandidateListRef }> {
  const plan = await writeCandidateList(blobs, children);
  const link: Link = { ...(history ? { before: history.digest } : {}), list: plan };
  return {
    plan,
    history: {
      digest: await blobs.put(new TextEncoder().encode(JSON.stringify(link))),
      generations: (history?.generations ?? 0) + 1,
      candidates: (history?.candidates ?? 0) + children.length,
      drawn: addDrawCounts(history?.drawn ?? NO_DRAWS, drawn),
    },
  };
}

/** Every candidate that was ever bred, in order. */
export async function* readHistory(
  blobs: BlobStore,
  history: HistoryRef | undefined,
): AsyncGenerator<string> {
  const lists: CandidateListRef[] = [];
  for (let digest = history?.digest; digest !== undefined; ) {
    const { before, list } = JSON.parse(new TextDecoder().decode(await blobs.get(digest))) as Link;
    lists.push(list);
    digest = before;
  }
  for (const list of lists.reverse()) yield* readCandidates(blobs, list);
}
