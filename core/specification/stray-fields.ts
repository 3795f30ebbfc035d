// Faults of a specification that show only where two fields are looked at together.
import { z } from 'zod';
import type { Issue } from '../errors.js';
import { Aggregation, Proxies } from './aggregation.js';
import { ASSEMBLIES, ASSEMBLY_NAMES } from './assemblies.js';
import { familyOf, isComputedOn, PROXIES, type ProxyName } from './families.js';
import { offeredProxies, SpaceSchema, spaceDefaults } from './space.js';

/** Looks at two fields at once, whatever is wrong with the others; silent where one of the two is itself malformed. */
export function strayProxies(value: unknown): Issue[] {
  const both = z.object({ space: SpaceSchema, proxies: Proxies }).safeParse(value);
  if (!both.success) return [];
  const { space, proxies } = both.data;
  const offered = offeredProxies(space);
  return proxies
    .filter((name) => !offered.includes(name))
    .map((name) => ({
      path: 'proxies',
      message: `${name} means nothing in ${space.kind}; must be of ${offered.join(', ')}`,
    }));
}

/** A family may be computed by scorers of some devices alone. */
export function strayDevice(value: unknown): Issue[] {
  const both = z
    .looseObject({ proxies: Proxies, execution: z.looseObject({ device: z.string() }) })
    .safeParse(value);
  if (!both.success) return [];
  const { proxies, execution } = both.data;
  return proxies
    .filter((name) => !isComputedOn(familyOf(name), execution.device))
    .map((name) => ({
      path: 'proxies',
      message: `${name} is not computed on ${execution.device} yet; leave it out, or use execution.device: cpu`,
    }));
}

/** A preset names its proxies; proxies beside it would contradict it. */
export function strayAssembly(value: unknown): Issue[] {
  const both = z.looseObject({ aggregation: z.enum(ASSEMBLY_NAMES), proxies: z.unknown() }).safeParse(value);
  if (!both.success || both.data.proxies === undefined) return [];
  const { aggregation } = both.data;
  const named = Object.keys(ASSEMBLIES[aggregation].weights).join(', ');
  return [
    {
      path: 'aggregation',
      message: `found "${aggregation}" beside proxies, which it names itself (${named}); remove proxies, or write weights in place of it`,
    },
  ];
}

export function strayWeights(value: unknown): Issue[] {
  const chosen = z.looseObject({ proxies: Proxies }).safeParse(value).data?.proxies;
  const space = z.looseObject({ space: SpaceSchema }).safeParse(value).data?.space;
  const aggregation = z.looseObject({ aggregation: Aggregation }).safeParse(value).data?.aggregation;
  const open = z.looseObject({ proxies: z.undefined() }).safeParse(value).success;
  const proxies: readonly ProxyName[] | undefined =
    chosen ?? (open && space ? spaceDefaults(space).proxies : undefined);
  if (!proxies || !aggregation) return [];
  return PROXIES.filter((name) => aggregation.weights[name] !== undefined && !proxies.includes(name)).map(
    (name) => ({
      path: `aggregation.weights.${name}`,
      message: `weight for a proxy that is not in proxies (${proxies.join(', ')}); remove it or add ${name} to proxies`,
    }),
  );
}

/** Rounds have fidelities of their own; one beside them would have no effect. */
export function strayFidelity(value: unknown): Issue[] {
  const both = z.looseObject({
    strategy: z.looseObject({ kind: z.literal('screening') }),
    fidelity: z.unknown(),
  });
  const { success, data } = both.safeParse(value);
  if (!success || data.fidelity === undefined) return [];
  return [
    { path: 'fidelity', message: 'has no effect with screening, whose rounds have one each; remove it' },
  ];
}
