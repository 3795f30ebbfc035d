// Defines how a specification contains a user's own proxies: the compiled modules, named among its `proxies`.
import { z } from 'zod';
import type { Issue } from '../errors.js';
import type { MeasurementNeed } from '../proxies/measurement.js';
import { mapping, oneOf, positiveNumber, text } from '../schema/fields.js';
import { OWN_PREFIX } from './families.js';

/** The most characters of a module's code, which is part of the input of every step of a search. */
export const MOST_PROXY_CODE = 65_536;

/** The measurements that a module can request. */
export const OWN_NEEDS = [
  'network',
  'weights',
  'weight-gradients',
  'second-batch',
  'weight-products',
  'hessian-product',
  'weight-curvature',
  'channel-saliency',
  'input-jacobian',
  'sign-agreement',
  'sign-patterns',
  'channel-covariances',
  'activation-products',
  'perturbed-images',
  'absolute-weights',
  'absolute-products',
  'class-derivatives',
  'labels',
  'whole-network-backward',
  'several-images',
] as const satisfies readonly MeasurementNeed[];

export const OWN_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** A module as a complete specification lists it. */
export const OwnProxySchema = mapping({
  name: text({
    test: (value) => value.startsWith(OWN_PREFIX) && OWN_NAME.test(value.slice(OWN_PREFIX.length)),
    right: `"${OWN_PREFIX}" and a name of small letters, digits and hyphens`,
  }),
  digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of code' }),
  code: text({
    test: (value) => value.length <= MOST_PROXY_CODE,
    right: `code of at most ${MOST_PROXY_CODE} characters`,
  }),
  needs: z.array(oneOf(OWN_NEEDS)).readonly(),
  weight: positiveNumber({ max: 1e6 }).optional(),
});

/** The modules of a specification. `only` means that the search has no other proxies. */
export const OwnProxies = mapping({ list: z.array(OwnProxySchema).readonly(), only: z.boolean() });

/** A module of a specification: its compiled code, with its name, digest and needs, which are known without running it. */
export type OwnProxySpecification = Omit<z.output<typeof OwnProxySchema>, 'weight'>;

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Removes the names of own proxies from `proxies` and `aggregation.weights` of a specification, so that only names that
 * this release knows remain, and moves the weights to the modules. A value without own proxies is returned unchanged.
 */
export function withoutOwnNames(value: unknown): unknown {
  if (!isMapping(value) || !Array.isArray(value.ownProxies)) return value;
  const { ownProxies, proxies, aggregation, ...rest } = value;
  const isOwn = (name: unknown) => typeof name === 'string' && name.startsWith(OWN_PREFIX);
  const named = Array.isArray(proxies) ? proxies.filter((name) => !isOwn(name)) : proxies;
  const only = Array.isArray(named) && named.length === 0;
  const weights = isMapping(aggregation) && isMapping(aggregation.weights) ? aggregation.weights : {};
  const list = ownProxies.map((own: unknown) => {
    const weight = isMapping(own) && typeof own.name === 'string' ? weights[own.name] : undefined;
    return weight === undefined ? own : { ...(own as Mapping), weight };
  });
  const known = Object.fromEntries(Object.entries(weights).filter(([name]) => !isOwn(name)));
  return {
    ...rest,
    ...(only || named === undefined ? {} : { proxies: named }),
    ...(aggregation === undefined
      ? {}
      : { aggregation: isMapping(aggregation) ? { ...aggregation, weights: known } : aggregation }),
    ownProxies: { list, only },
  };
}

/** What a person may not write as `ownProxies`: a list without modules, or the form that `withoutOwnNames` returns. */
export function checkOwnProxies(written: unknown): Issue[] {
  const own = isMapping(written) ? written.ownProxies : undefined;
  const found = Array.isArray(own) && own.length === 0 ? 'a list without modules' : undefined;
  if (found === undefined && !isMapping(own)) return [];
  const right = 'must be the list of modules of a complete specification; name files of modules in proxies';
  return [{ path: 'ownProxies', message: `found ${found ?? 'a mapping'}; ${right}` }];
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
