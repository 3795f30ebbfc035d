// In: a specification. Out: the list of its candidates in the blob store, in the order of the strategy.
import { sample } from '../core/programs/random.js';
import { openSpace } from '../core/spaces/index.js';
import type { CandidateListRef, SearchActivities } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';
import { sourceOf } from '../core/spec/stages.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';

export function planCandidates({ store }: { store: Store }): SearchActivities['planCandidates'] {
  return ({ specification, list }) =>
    writeCandidateList(store.blobs, candidatesOf({ store, specification, list }));
}

function candidatesOf({
  store,
  specification,
  list,
}: {
  store: Store;
  specification: Specification;
  list: CandidateListRef | undefined;
}): Iterable<string> | AsyncIterable<string> {
  const { space: kind, seed } = specification;
  const source = sourceOf(specification);
  const space = openSpace(kind);
  if (source.kind === 'list') return readCandidates(store.blobs, list!);
  if (source.kind === 'exhaustive') return at(Array.from({ length: space.size }, (_, index) => index));
  const key = { seed, draw: 0, name: 'strategy.random' };
  return at(sample({ key, count: source.samples, size: space.size }));

  function* at(indices: Iterable<number>): Generator<string> {
    for (const index of indices) yield space.at(index);
  }
}
