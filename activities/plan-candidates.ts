// In: a specification. Out: the list of its candidates in the blob store, in the order of the strategy.
import { openSpace } from '../core/spaces/index.js';
import { randomCandidates } from '../core/spaces/random-candidates.js';
import type { Enumeration } from '../core/spaces/space.js';
import { SpecError } from '../core/spec/errors.js';
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
  const { seed } = specification;
  const source = sourceOf(specification);
  if (source.kind === 'list') return readCandidates(store.blobs, list!);
  const space = openSpace(specification.space);
  if (source.kind === 'random') return randomCandidates({ space, seed, count: source.samples });
  if (space.enumeration) return everyCandidate(space.enumeration);
  throw SpecError.of({ path: 'strategy', message: `exhaustive: ${space.kind} cannot be enumerated` });
}

function* everyCandidate({ size, at }: Enumeration): Generator<string> {
  for (let index = 0; index < size; index++) yield at(index);
}
