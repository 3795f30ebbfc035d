// In: a list of written candidates. Out: them in batches with the unit each is scored as, and the scores that exist.
import { scoreKey, scoreScope } from '../core/programs/address.js';
import { openSpace } from '../core/spaces/index.js';
import { SpecError } from '../core/spec/errors.js';
import type { CandidateListRef } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';
import { sourceOf } from '../core/spec/stages.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Proxies, Store } from '../store/store.js';

/** Candidates looked up at once. */
const BATCH = 1000;

/** `unit` is what is scored for the candidate: itself, or the cheapest member of its class. */
export interface Member {
  readonly candidate: string;
  readonly unit: string;
}

/** How a specification's cohort maps a candidate to the candidate that is scored for it. */
export function unitOf({ space, cohort }: Specification): (candidate: string) => string {
  if (cohort === 'written') return (candidate) => candidate;
  const { kind, enumeration } = openSpace(space);
  if (!enumeration) throw SpecError.of({ path: 'cohort', message: `classes: not known for ${kind}` });
  return (candidate) => enumeration.representative(candidate);
}

/** Whether no two candidates of a plan have one unit: then nobody has to remember those that came. */
export function isDistinct(specification: Specification): boolean {
  const { kind } = sourceOf(specification);
  return specification.cohort === 'written' && (kind === 'exhaustive' || kind === 'random');
}

/** The plan in batches, in order. */
export async function* memberBatches({
  store,
  specification,
  plan,
}: {
  store: Store;
  specification: Specification;
  plan: CandidateListRef;
}): AsyncGenerator<readonly Member[]> {
  const unit = unitOf(specification);
  let batch: Member[] = [];
  for await (const candidate of readCandidates(store.blobs, plan)) {
    batch.push({ candidate, unit: unit(candidate) });
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}

/** For each unit its proxies by draw, `undefined` where a draw is missing. */
export async function lookUp({
  store,
  specification,
  units,
}: {
  store: Store;
  specification: Specification;
  units: readonly string[];
}): Promise<readonly (readonly (Proxies | undefined)[])[]> {
  const draws = Array.from({ length: specification.fidelity.draws }, (_, draw) => draw);
  const keys = units.map((candidate) => draws.map((draw) => scoreKey({ candidate, draw })));
  const found = await store.scores.get(scoreScope(specification), keys.flat());
  return keys.map((row) => row.map((key) => found.get(key)));
}
