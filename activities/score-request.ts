// Asks a scorer for some families of proxies, and takes the fact of each out of the answer.
import { FAMILY_NAMES, type FamilyName, proxiesOfFamily } from '../core/specification/families.js';
import type { Specification } from '../core/specification/specification.js';
import type { ScoreRequest } from '../engine/protocol.js';
import type { Proxies } from '../store/store.js';

/** A request without families asks for az-nas. */
export function requestOf({
  specification: { space, seed, fidelity },
  asked: { candidate, draws, images, structure, families },
}: {
  readonly specification: Specification;
  readonly asked: Pick<ScoreRequest, 'candidate' | 'draws' | 'images' | 'structure'> & {
    readonly families: readonly FamilyName[];
  };
}): ScoreRequest {
  const isUsual = families.length === 1 && families[0] === 'az-nas';
  return {
    space,
    candidate,
    seed,
    fidelity,
    draws,
    ...(images ? { images } : {}),
    ...(structure === undefined ? {} : { structure }),
    ...(isUsual ? {} : { families }),
  };
}

/** Picks the proxies of one family from an answer. az-nas has all that belong to no other family. */
export function factOf({
  family,
  proxies,
}: {
  readonly family: FamilyName;
  readonly proxies: Proxies;
}): Proxies {
  const others = FAMILY_NAMES.filter((name) => name !== 'az-nas').flatMap(proxiesOfFamily);
  const own: readonly string[] = proxiesOfFamily(family);
  const isOf = (name: string) =>
    family === 'az-nas' ? !others.some((other) => other === name) : own.includes(name);
  const fact = Object.fromEntries(Object.entries(proxies).filter(([name]) => isOf(name)));
  // A fact is never written again, so half of one must not become one.
  const lacking = family === 'az-nas' ? [] : own.filter((name) => fact[name] === undefined);
  if (lacking.length > 0) throw new Error(`the scorer has not computed ${lacking.join(', ')}`);
  return fact;
}
