// Computes the addresses under which the scores of a search are stored, for all its stages and families of
// proxies.
import { familyScopes, scoreScope } from '../core/address.js';
import { versionFor } from '../core/contract/engines.js';
import type {
  AddressedInput,
  FamilyScopes,
  ScoreAddress,
  ScoreAddresses,
  SearchResult,
} from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { ENGINE_VERSION } from '../core/engine-version.js';
import { type FamilyName, scoredFamilies } from '../core/specification/families.js';
import type { Specification } from '../core/specification/specification.js';
import { stagesOf } from '../core/specification/stages.js';

export const addressScores: SearchActivities['addressScores'] = async ({ specification, engine }) =>
  addressesOf({ specifications: stagesOf(specification).map((stage) => stage.specification), engine });

/**
 * The address that came with the input. For a search that an earlier release began, it is computed with this
 * worker's engine.
 */
export function addressOf({ specification, address }: AddressedInput): ScoreAddress {
  return address ?? addressAt(addressesOf({ specifications: [specification] }), 0);
}

/**
 * The address of a stage of a finished search, by default the last, computed if an earlier release did not
 * write it into the result. `specification` is that of the stage.
 */
export function addressOfResult({
  specification,
  result: { engine = ENGINE_VERSION, scopes, families },
  stage,
}: {
  readonly specification: Specification;
  readonly result: Pick<SearchResult, 'engine' | 'scopes' | 'families'>;
  readonly stage?: number;
}): ScoreAddress {
  if (!scopes) return addressOf({ specification });
  return addressAt({ engine, scopes, ...(families ? { families } : {}) }, stage ?? scopes.length - 1);
}

/** The addresses of stages with these specifications. */
export function addressesOf({
  specifications,
  engine = ENGINE_VERSION,
}: {
  readonly specifications: readonly Specification[];
  readonly engine?: string | undefined;
}): ScoreAddresses {
  const wanted = scoredFamilies(specifications[0]!.proxies);
  const families = specifications.flatMap((one): FamilyScopes[] => {
    const scopes = familyScopes(one, engine);
    return scopes ? [scopes] : [];
  });
  return {
    engine: versionFor(engine, wanted),
    scopes: specifications.map((one) => scoreScope(one, engine)),
    ...(families.length > 0 ? { families } : {}),
  };
}

function addressAt({ engine, scopes, families }: ScoreAddresses, stage: number): ScoreAddress {
  return { engine, scope: scopes[stage]!, ...(families ? { families: families[stage]! } : {}) };
}

/** The scopes in which the scores of each needed family are stored, in canonical order. */
export function listScopesByFamily({
  specification,
  address: { scope, families = {} },
}: {
  readonly specification: Pick<Specification, 'proxies'>;
  readonly address: ScoreAddress;
}): ReadonlyMap<FamilyName, string> {
  const scopeOf = (family: FamilyName) => (family === 'az-nas' ? scope : families[family]!);
  return new Map(scoredFamilies(specification.proxies).map((family) => [family, scopeOf(family)]));
}

/**
 * Checks that an address belongs to the specification. Otherwise scores would be stored where other searches
 * look for theirs.
 */
export function isAddressOf(
  { scope, families }: ScoreAddress,
  { specification, engine }: { readonly specification: Specification; readonly engine: string },
): boolean {
  return (
    scope === scoreScope(specification, engine) &&
    hasSameScopes(families ?? {}, familyScopes(specification, engine) ?? {})
  );
}

function hasSameScopes(a: FamilyScopes, b: FamilyScopes): boolean {
  const names = Object.keys(b);
  return Object.keys(a).length === names.length && names.every((name) => a[name] === b[name]);
}
