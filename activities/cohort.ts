// In: a list of written candidates. Out: them in batches with the unit each is scored as, and the scores that exist.
import { hash } from 'node:crypto';
import { scoreKey } from '../core/address.js';
import { type Part, rangeOf } from '../core/contract/parts.js';
import type { CandidateListRef } from '../core/contract/search.js';
import { SpecError } from '../core/errors.js';
import { openSpace } from '../core/spaces/index.js';
import type { Specification } from '../core/specification/specification.js';
import { isDistinct } from '../core/specification/stages.js';
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

/**
 * The plan in batches, in order; or one part of it. Of a plan without repeats that is a range; of any other the units
 * whose digest falls to the part, so that no two parts have one unit.
 */
export async function* memberBatches({
  store,
  specification,
  plan,
  part,
}: {
  store: Store;
  specification: Specification;
  plan: CandidateListRef;
  part?: Part | undefined;
}): AsyncGenerator<readonly Member[]> {
  const toUnit = unitOf(specification);
  const distinct = isDistinct(specification);
  const range = part && distinct ? rangeOf(part, plan.count) : {};
  const falls = part && !distinct ? fallsTo(part) : () => true;
  let batch: Member[] = [];
  for await (const candidate of readCandidates(store.blobs, plan, range)) {
    const unit = toUnit(candidate);
    if (!falls(unit)) continue;
    batch.push({ candidate, unit });
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}

function fallsTo({ number, of }: Part): (unit: string) => boolean {
  return (unit) => hash('sha256', unit, 'buffer').readUInt32LE() % of === number;
}

/** For each unit its proxies by draw, `undefined` where a draw is missing. */
export async function lookUp({
  store,
  specification,
  scope,
  units,
}: {
  store: Store;
  specification: Specification;
  scope: string;
  units: readonly string[];
}): Promise<readonly (readonly (Proxies | undefined)[])[]> {
  const draws = Array.from({ length: specification.fidelity.draws }, (_, draw) => draw);
  const keys = units.map((candidate) => draws.map((draw) => scoreKey({ candidate, draw })));
  const found = await store.scores.get(scope, keys.flat());
  return keys.map((row) => row.map((key) => found.get(key)));
}
