// Suggests which networks of a finished search to train, with the reason for each.
import { type Suggestion, suggest } from '../../core/calibration/suggest.js';
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import type { Store } from '../../store/store.js';
import type { FinishedSearch } from '../comparison/read-cohort.js';
import { createAccuracyLookup } from '../results/known-accuracies.js';
import { readResults } from '../results/results.js';

export interface SuggestedNetwork {
  readonly rank: number;
  readonly candidate: string;
  readonly kind: Suggestion['why']['kind'];
  /** Why it is suggested, for people: it may be the best, or a calibration needs a network of its region. */
  readonly why: string;
}

export interface SuggestOptions {
  /** The number of networks that can be trained. */
  readonly budget: number;
  readonly seed: number;
}

interface SuggestNetworksArguments {
  readonly store: Store;
  readonly search: FinishedSearch;
  readonly space: Space;
  readonly truth?: Truth | undefined;
  readonly options: SuggestOptions;
}

/** Leaves out candidates with a known accuracy in `truth`. For a class of candidates, the first one is suggested. */
export async function suggestNetworks({
  store,
  search,
  space,
  truth,
  options: { budget, seed },
}: SuggestNetworksArguments): Promise<readonly SuggestedNetwork[]> {
  const rows = await (await readResults({ store, result: search.result })).first();
  if (rows.length === 0)
    throw SpecError.of({ path: 'id', message: 'has ranked no candidate; all of them were set aside' });
  const isKnown = createKnownTest({ truth, space, hasClasses: rows.some((row) => row.class !== undefined) });
  const classes = new Set<string>();
  const open = rows.filter(({ candidate, class: unit = candidate }) => {
    const isNew = !classes.has(unit) && !isKnown(candidate);
    classes.add(unit);
    return isNew;
  });
  if (open.length === 0)
    throw SpecError.of({
      path: 'known',
      message: 'knows every ranked candidate; nothing is left to suggest',
    });
  const key = { seed, draw: 0, name: 'suggest' };
  const found = suggest({ places: [...open.keys()], budget, key });
  return found.map(({ place, why }) => {
    const { rank, candidate } = open[place]!;
    return { rank, candidate, kind: why.kind, why: formatReason(why) };
  });
}

interface CreateKnownTestArguments {
  readonly truth: Truth | undefined;
  readonly space: Space;
  readonly hasClasses: boolean;
}

/** Whether the accuracy of a candidate is known or, in a ranking of classes, that of another member of its class. */
function createKnownTest({
  truth,
  space,
  hasClasses,
}: CreateKnownTestArguments): (candidate: string) => boolean {
  if (!truth) return () => false;
  const accuraciesOf = createAccuracyLookup(truth, space);
  if (!hasClasses) return (candidate) => accuraciesOf(candidate) !== undefined;
  const keys = new Set([...truth.accuracy.keys()].map((candidate) => space.canonicalKey(candidate)));
  return (candidate) => keys.has(space.canonicalKey(candidate));
}

function formatReason(why: Suggestion['why']): string {
  if (why.kind === 'winner')
    return 'winner: may be the best, and says whether the top holds what it promises';
  return `spread: drawn from part ${why.part} of ${why.of} of the rest, so that a calibration knows that region`;
}
