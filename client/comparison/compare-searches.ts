// Compares finished searches of one space: their proxies against known accuracies, the proxies with each
// other, the draws of a search, and the searches with each other.
import type { Client } from '@temporalio/client';
import { type Comparison, compareCohorts } from '../../core/comparison/comparison.js';
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import { canonicalJson, differingFields } from '../../core/specification/specification-digest.js';
import type { Store } from '../../store/store.js';
import { findFinishedSearch } from '../searches/find-search.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { openSpaceWith } from '../specification/open-space.js';
import { type FinishedSearch, readCohort } from './read-cohort.js';

export interface CompareRequest {
  readonly client: Client;
  readonly store: Store;
  readonly modules: ModulePermission;
  readonly ids: readonly string[];
  /** The number of candidates of each search whose proxies are timed on this machine; none by default. */
  readonly timed?: number | undefined;
  /** Reads the known accuracies as soon as the space is known. */
  readonly readTruth?: ((space: Space) => Promise<Truth>) | undefined;
  /** The number of best candidates of each search that are described individually; 20 by default. */
  readonly winners?: number | undefined;
}

/**
 * Throws a SpecError for an unknown or unfinished search, for one that is named twice, and for searches of
 * several spaces.
 */
export async function compareSearches({
  client,
  store,
  modules,
  ids,
  timed = 0,
  readTruth,
  winners,
}: CompareRequest): Promise<Comparison> {
  if (ids.length === 0)
    throw SpecError.of({ path: 'id', message: 'none is named; must be one search or more' });
  const found: FinishedSearch[] = [];
  for (const id of ids) found.push(await findFinishedSearch({ client, id }));
  checkTogether(found);
  const space = openSpaceWith({ space: found[0]!.memo.specification.space, modules });
  const truth = await readTruth?.(space);
  const searches = [];
  for (const search of found) searches.push(await readCohort({ store, search, space, truth, timed }));
  const specifications = found.map(({ memo }) => memo.specification);
  const differ = (a: number, b: number) => differingFields(specifications[a]!, specifications[b]!);
  return compareCohorts({ searches, differ, winners });
}

function checkTogether(found: readonly FinishedSearch[]): void {
  const [first, ...others] = found;
  for (const [i, { id, memo }] of others.entries()) {
    if (canonicalJson(memo.specification.space) !== canonicalJson(first!.memo.specification.space))
      throw SpecError.of({
        path: 'id',
        message: `"${id}" searched ${memo.space} and "${first!.id}" ${first!.memo.space}; must be one space, defined alike`,
      });
    if (found.slice(0, i + 1).some((other) => other.id === id))
      throw SpecError.of({ path: 'id', message: `"${id}" is named twice; keep one` });
  }
}
