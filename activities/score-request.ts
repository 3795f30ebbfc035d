// Requests families of proxies from a scorer, and extracts the fact of each from the answer.
import {
  FAMILY_NAMES,
  type FamilyName,
  isOwnProxy,
  proxiesOfFamily,
} from '../core/specification/families.js';
import type { Specification } from '../core/specification/specification.js';
import type { ScoreRequest } from '../engine/protocol.js';
import type { Proxies } from '../store/store.js';

/** A request without families asks for az-nas. */
export function requestOf({
  specification: { space, seed, fidelity, ownProxies },
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
    ...(families.includes('own') && ownProxies ? { own: ownProxies } : {}),
  };
}

/** The proxies of one family in an answer. Proxies that belong to no other family are those of az-nas. */
export function factOf({
  family,
  proxies,
}: {
  readonly family: FamilyName;
  readonly proxies: Proxies;
}): Proxies {
  const others = FAMILY_NAMES.filter((name) => name !== 'az-nas').flatMap(proxiesOfFamily);
  const own: readonly string[] = proxiesOfFamily(family);
  const isOf = (name: string) => {
    if (family === 'own' || isOwnProxy(name)) return family === 'own' && isOwnProxy(name);
    return family === 'az-nas' ? !others.some((other) => other === name) : own.includes(name);
  };
  const fact = Object.fromEntries(Object.entries(proxies).filter(([name]) => isOf(name)));
  // A fact is never overwritten, so an incomplete one must not be stored.
  const lacking = family === 'az-nas' ? [] : own.filter((name) => fact[name] === undefined);
  if (lacking.length > 0) throw new Error(`the scorer has not computed ${lacking.join(', ')}`);
  return fact;
}
