// Compares engine versions, to decide which worker may serve which search.
//
// A version is `block-8.ort-1.30.0`, or several parts joined by "+": `block-8.ort-1.30.0+residual-1`. The
// first part is the engine, whose version the scores of az-nas have; every other part is a family of proxies
// with its own version. A worker has all families, and a search requires those that it needs.
import { FAMILIES, FAMILY_NAMES, type FamilyName, isScored } from '../specification/families.js';

/**
 * The number of workers by version. Workers of earlier releases do not report a version and are counted under
 * `undefined`.
 */
export type EngineCounts = ReadonlyMap<string | undefined, number>;

/** The part of a version that names the engine. */
export function engineOf(version: string): string {
  return version.split('+')[0]!;
}

/**
 * `residual-1` as the version has it, or else as this release has it; undefined for az-nas, whose version is
 * the engine's, and for families that are not stored.
 */
export function familyPart(family: FamilyName, version: string): string | undefined {
  const { version: own }: { readonly version: 'engine' | number } = FAMILIES[family];
  if (own === 'engine' || !isScored(family)) return undefined;
  const said = version.split('+').find((part) => familyOfPart(part) === family);
  return said ?? `${family}-${own}`;
}

/** The version that a search with these families requires of workers. */
export function versionFor(version: string, families: readonly FamilyName[]): string {
  const parts = families.flatMap((family) => familyPart(family, version) ?? []);
  return [engineOf(version), ...parts].join('+');
}

/** The version of a worker of this release. */
export function wholeVersion(engine: string): string {
  return versionFor(engine, FAMILY_NAMES);
}

/** Whether a worker of this version has all parts of the required version. */
export function serves(version: string, wanted: string): boolean {
  const parts = version.split('+');
  return wanted.split('+').every((part) => parts.includes(part));
}

/**
 * Reduces a worker's version to the parts that a search of version `wanted` needs: the engine and the same
 * families.
 */
export function relevantTo(wanted: string, version: string): string {
  const families = wanted.split('+').slice(1).map(familyOfPart);
  const [engine, ...parts] = version.split('+');
  return [engine, ...parts.filter((part) => families.includes(familyOfPart(part)))].join('+');
}

const familyOfPart = (part: string): string => part.replace(/-\d+$/, '');

export function countEngines(engines: Iterable<string | undefined>): EngineCounts {
  const counts = new Map<string | undefined, number>();
  for (const engine of engines) counts.set(engine, (counts.get(engine) ?? 0) + 1);
  return counts;
}

/** A worker that reports no version counts as one that may serve the search. */
export function isServed(wanted: string, counts: EngineCounts): boolean {
  return [...counts.keys()].some((version) => version === undefined || serves(version, wanted));
}

/** `no worker of engine block-8; 3 workers have block-9`. */
export function describeEngines(wanted: string, counts: EngineCounts): string {
  const relevant = new Map<string | undefined, number>();
  let own = 0;
  for (const [version, count] of counts) {
    if (version !== undefined && serves(version, wanted)) own += count;
    else {
      const name = version === undefined ? undefined : relevantTo(wanted, version);
      relevant.set(name, (relevant.get(name) ?? 0) + count);
    }
  }
  const first = own ? `${workers(own)} of engine ${wanted}` : `no worker of engine ${wanted}`;
  const others = [...relevant].map(([engine, n]) =>
    engine === undefined
      ? `${workers(n)} ${n === 1 ? 'does' : 'do'} not say theirs`
      : `${workers(n)} ${n === 1 ? 'has' : 'have'} ${engine}`,
  );
  return [first, ...others].join('; ');
}

const workers = (n: number): string => `${n} ${n === 1 ? 'worker' : 'workers'}`;
