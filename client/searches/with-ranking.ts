// Reads the candidates of a list strategy from another search's ranking.
import type { Client } from '@temporalio/client';
import { SpecError } from '../../core/errors.js';
import { canonicalJson } from '../../core/specification/specification-digest.js';
import { sourceOf } from '../../core/specification/stages.js';
import { readRanking } from '../../store/ranking.js';
import type { Store } from '../../store/store.js';
import {
  findSourceField,
  firstOf,
  type ReadSpecification,
  withCandidates,
} from '../specification/read-candidates.js';
import { findFinishedSearch } from './find-search.js';

/**
 * For a specification that refines another search (`strategy: { kind: list, search: ID }`), adds the
 * candidates in that search's ranking; returns any other unchanged. Throws a SpecError if that search is
 * unknown, unfinished or of another space.
 */
export async function withRanking({
  client,
  store,
  read,
}: {
  readonly client: Client;
  readonly store: Store;
  readonly read: ReadSpecification;
}): Promise<ReadSpecification> {
  const { specification } = read;
  const source = sourceOf(specification);
  if (source.kind !== 'list' || source.search === undefined) return read;
  const { search, top } = source;
  const field = findSourceField(specification);
  const path = `${field}.search`;
  const { memo, result } = await findFinishedSearch({ client, id: search }).catch((error: unknown) => {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.issues.map((issue) => ({ ...issue, path })));
  });
  const { space } = memo.specification;
  if (canonicalJson(space) !== canonicalJson(specification.space)) {
    const how = space.kind === specification.space.kind ? `${space.kind} with other parameters` : space.kind;
    const message = `"${search}" searched ${how}; must be a search of the same space, ${specification.space.kind}`;
    throw SpecError.of({ path, message });
  }
  const ranked: string[] = [];
  // The whole ranking is read, because alterations are detected only at its end.
  for await (const rows of readRanking(store.blobs, result.ranking))
    for (const { candidate } of rows) ranked.push(candidate);
  const whose = `the ranking of search "${search}"`;
  if (ranked.length === 0) throw SpecError.of({ path, message: `${whose} is empty` });
  return withCandidates({ ...read, candidates: firstOf({ candidates: ranked, top, field, whose }) });
}
