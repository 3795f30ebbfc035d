// In: a specification. Out: the list of its candidates in the blob store, in the order of the strategy.
import { sample } from '../core/programs/random.js';
import { openSpace } from '../core/spaces/index.js';
import type { CandidateListRef, SearchActivities } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';

export function planCandidates({ store }: { store: Store }): SearchActivities['planCandidates'] {
  return ({ specification, list }) =>
    writeCandidateList(store.blobs, candidatesOf({ store, specification, list }));
}

function candidatesOf({
  store,
  specification: { space: kind, strategy, seed },
  list,
}: {
  store: Store;
  specification: Specification;
  list: CandidateListRef | undefined;
}): Iterable<string> | AsyncIterable<string> {
  const space = openSpace(kind);
  if (strategy.kind === 'list') return readCandidates(store.blobs, list!);
  if (strategy.kind === 'exhaustive') return at(Array.from({ length: space.size }, (_, index) => index));
  const key = { seed, draw: 0, name: 'strategy.random' };
  return at(sample({ key, count: strategy.samples, size: space.size }));

  function* at(indices: Iterable<number>): Generator<string> {
    for (const index of indices) yield space.at(index);
  }
}
