// Requests families of proxies from a scorer, and extracts the fact of each from the answer.
import { SpecError } from '../core/errors.js';
import { mayRunModules } from '../core/spaces/module/definition.js';
import {
  FAMILY_NAMES,
  type FamilyName,
  isOwnProxy,
  proxiesOfFamily,
  readsLabels,
} from '../core/specification/families.js';
import type { Specification } from '../core/specification/specification.js';
import type { ScoreRequest } from '../engine/protocol.js';
import type { Proxies } from '../store/store.js';

/**
 * A request without families asks for az-nas. Throws a SpecError for own proxies in a worker that runs no modules:
 * every candidate would fail for the same reason.
 */
export function requestOf({
  specification: { space, seed, fidelity, ownProxies, input },
  asked: { candidate, draws, images, structure, families },
}: {
  readonly specification: Specification;
  readonly asked: Pick<ScoreRequest, 'candidate' | 'draws' | 'images' | 'structure'> & {
    readonly families: readonly FamilyName[];
  };
}): ScoreRequest {
  if (families.includes('own') && ownProxies && !mayRunModules())
    throw SpecError.of({
      path: 'proxies',
      message: 'own proxies are code that comes with the specification, and this score worker runs none',
      advice: { code: 'allow-modules', text: 'start it with ZEROSCOUT_ALLOW_MODULES=1 if you trust it' },
    });
  const isUsual = families.length === 1 && families[0] === 'az-nas';
  return {
    space,
    candidate,
    seed,
    fidelity,
    draws,
    ...(images ? { images } : {}),
    ...(input?.labels && families.some(readsLabels) ? { labels: input.labels } : {}),
    ...(structure === undefined ? {} : { structure }),
    ...(isUsual ? {} : { families }),
    ...(families.includes('own') && ownProxies ? { own: ownProxies } : {}),
  };
}

/** The proxies of one family in an answer. Proxies that belong to no other family are those of az-nas. */
export function factOf({
  family,
  proxies,
  required,
}: {
  readonly family: FamilyName;
  readonly proxies: Proxies;
  /** The proxies of the family without which its scores are of no use to the search. */
  readonly required: readonly string[];
}): Proxies {
  const others = FAMILY_NAMES.filter((name) => name !== 'az-nas').flatMap(proxiesOfFamily);
  const own: readonly string[] = proxiesOfFamily(family);
  const isOf = (name: string) => {
    if (family === 'own' || isOwnProxy(name)) return family === 'own' && isOwnProxy(name);
    return family === 'az-nas' ? !others.some((other) => other === name) : own.includes(name);
  };
  const fact = Object.fromEntries(Object.entries(proxies).filter(([name]) => isOf(name)));
  // A fact is never overwritten, so an incomplete one must not be stored.
  const whole = family === 'az-nas' ? required : [...new Set([...own, ...required])];
  const lacking = whole.filter((name) => fact[name] === undefined);
  if (lacking.length > 0) throw new Error(`the scorer has not computed ${lacking.join(', ')}`);
  return fact;
}
