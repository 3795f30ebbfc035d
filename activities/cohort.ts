// Reads a plan in batches, maps each candidate to the one that is scored for it, and looks up the scores.
import { hash } from 'node:crypto';
import { scoreKey } from '../core/address.js';
import { type Part, rangeOf } from '../core/contract/parts.js';
import type { CandidateListRef, ScoreAddress } from '../core/contract/search.js';
import { SpecError } from '../core/errors.js';
import { openSpace } from '../core/spaces/index.js';
import { type FamilyName, familyOf, scoredFamilies, selectFamily } from '../core/specification/families.js';
import type { Specification } from '../core/specification/specification.js';
import { isDistinct } from '../core/specification/stages.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Proxies, Store } from '../store/store.js';
import { listScopesByFamily } from './address-scores.js';

/** The number of candidates looked up at once. */
const BATCH = 1000;

/** `unit` is the candidate that is scored for this one: itself, or the representative of its class. */
export interface Member {
  readonly candidate: string;
  readonly unit: string;
}

/** Returns a function that maps a candidate to its unit, as the specification's cohort requires. */
export function unitOf({ space, cohort }: Specification): (candidate: string) => string {
  const { kind, representative, structureOf } = openSpace(space);
  if (structureOf) return structureOf;
  if (cohort === 'written') return (candidate) => candidate;
  if (!representative) throw SpecError.of({ path: 'cohort', message: `classes: not known for ${kind}` });
  return representative;
}

/**
 * Whether all units of a plan are known to be distinct. In a space of files they are not, since two files may
 * hold one network.
 */
export function hasDistinctUnits(specification: Specification): boolean {
  return isDistinct(specification) && !openSpace(specification.space).structureOf;
}

interface MemberBatchesArguments {
  readonly store: Store;
  readonly specification: Specification;
  readonly plan: CandidateListRef;
  readonly part?: Part | undefined;
}

/**
 * Reads a plan, or one part of it, in batches and in order. A part of a plan without repeats is a range. A
 * part of any other plan consists of the units whose digest modulo the number of parts equals the part's
 * number, so that no unit is in two parts.
 */
export async function* memberBatches({
  store,
  specification,
  plan,
  part,
}: MemberBatchesArguments): AsyncGenerator<readonly Member[]> {
  const toUnit = unitOf(specification);
  const distinct = hasDistinctUnits(specification);
  const range = part && distinct ? rangeOf(part, plan.count) : {};
  const falls = part && !distinct ? isInPart(part) : () => true;
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

function isInPart({ number, of }: Part): (unit: string) => boolean {
  return (unit) => hash('sha256', unit, 'buffer').readUInt32LE() % of === number;
}

/** The stored facts of one unit, by family and by draw; `undefined` where a draw is missing. */
export type UnitFacts = ReadonlyMap<FamilyName, readonly (Proxies | undefined)[]>;

export interface LookUp {
  readonly store: Store;
  readonly specification: Specification;
  readonly address: ScoreAddress;
  readonly units: readonly string[];
}

/**
 * Reads for each unit the stored facts of the families that the specification needs. A fact that lacks one of its
 * proxies counts as missing.
 */
export async function lookUpFacts({
  store,
  specification,
  address,
  units,
}: LookUp): Promise<readonly UnitFacts[]> {
  const draws = Array.from({ length: specification.fidelity.draws }, (_, draw) => draw);
  const keys = units.map((candidate) => draws.map((draw) => scoreKey({ candidate, draw })));
  const scopes = [...listScopesByFamily({ specification, address })];
  const found = await Promise.all(
    scopes.map(async ([family, scope]) => {
      const required = selectFamily(specification.proxies, family);
      return { family, facts: await store.scores.get(scope, keys.flat(), required) };
    }),
  );
  return keys.map(
    (row) => new Map(found.map(({ family, facts }) => [family, row.map((key) => facts.get(key))])),
  );
}

/**
 * Reads for each unit its proxies by draw, for all families together; `undefined` where a family lacks a
 * draw.
 */
export async function lookUp(given: LookUp): Promise<readonly (readonly (Proxies | undefined)[])[]> {
  const { specification, units } = given;
  const facts = await lookUpFacts(given);
  const costs = costsOf(specification);
  const families = scoredFamilies(specification.proxies);
  const names = families.map((family) => selectFamily(specification.proxies, family));
  return units.map((unit, i) => {
    const rows = families.map((family) => facts[i]!.get(family)!);
    const counted = costs(unit);
    return Array.from({ length: specification.fidelity.draws }, (_, draw) => {
      const parts = rows.map((row) => row[draw]);
      if (parts.length === 1 && counted === NO_COSTS) return parts[0];
      return mergeProxies({ parts, names, counted });
    });
  });
}

/** Takes from the fact of each family its own proxies alone, whatever else somebody stored in it. */
function mergeProxies({
  parts,
  names,
  counted,
}: {
  readonly parts: readonly (Proxies | undefined)[];
  readonly names: readonly (readonly string[])[];
  readonly counted: Proxies;
}): Proxies | undefined {
  if (parts.includes(undefined)) return undefined;
  const own = parts.flatMap((proxies, i) => names[i]!.map((name) => [name, proxies![name]!] as const));
  return { ...Object.fromEntries(own), ...counted };
}

const NO_COSTS: Proxies = {};

/** The requested proxies that are counted from a candidate's text instead of stored. */
export function costsOf({ space, proxies, fidelity }: Specification): (candidate: string) => Proxies {
  const wanted = proxies.filter((proxy) => familyOf(proxy) === 'costs');
  if (wanted.length === 0) return () => NO_COSTS;
  const { costs } = openSpace(space);
  const { resolution } = fidelity;
  return (candidate) => {
    const counted: Proxies = { ...costs({ candidate, resolution }) };
    return Object.fromEntries(wanted.map((proxy) => [proxy, counted[proxy]!]));
  };
}
