// Opens the own proxies of a request in this process, where it was allowed to run code that comes with a specification.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SpecError } from '../core/errors.js';
import type { Measurement } from '../core/proxies/measurement.js';
import { measurementFor } from '../core/proxies/needed-measurement.js';
import type { OwnProxy } from '../core/proxies/own-proxy.js';
import { OWN_PREFIX } from '../core/specification/families.js';
import type { OwnProxySpecification } from '../core/specification/own-proxies.js';
import { describeThrown } from '../core/text/show.js';
import { loadProxyModule } from './load-module.js';

export interface OpenedProxy {
  readonly name: string;
  readonly needs: readonly string[];
  readonly compute: (measurement: Measurement) => number;
}

/** The modules that were evaluated last, by digest. */
const opened = new LRUCache<string, OwnProxy>({ max: 16 });
let isAllowed = false;

/** Lets this process run the modules of specifications from now on: the person who started it must have allowed that. */
export function allowOwnProxies(): void {
  isAllowed = true;
}

/**
 * Throws a SpecError where this process may not run modules, where the code does not have its digest, and for
 * what a module throws while it is evaluated.
 */
export function openOwnProxies(list: readonly OwnProxySpecification[]): readonly OpenedProxy[] {
  if (list.length > 0 && !isAllowed)
    throw SpecError.of({
      path: 'proxies',
      message: 'own proxies are code that comes with the specification, and this process runs none',
      advice: { code: 'allow-modules', text: 'start it with ZEROSCOUT_ALLOW_MODULES=1 if you trust it' },
    });
  return list.map((module) => {
    const { name, needs } = module;
    const proxy = openModule(module);
    const compute = (measurement: Measurement) =>
      computeOne({ proxy, name, measurement: measurementFor(measurement, needs) });
    return { name, needs, compute };
  });
}

/**
 * Evaluates the module of a specification in this process. Scores are stored under the digest of the code alone, so a
 * SpecError is thrown for a specification whose name or needs are not those that the code exports.
 */
export function openModule({ name, needs, code, digest }: OwnProxySpecification): OwnProxy {
  const proxy = opened.get(digest) ?? load({ code, digest });
  const fail = (field: string, is: string, right: string): never => {
    const message = `${field} is ${is}, but the module exports ${right}; must be what the module exports`;
    throw SpecError.of({ path: 'ownProxies', message: `${name}: ${message}` });
  };
  const own: Partial<OwnProxy> = proxy ?? {};
  if (name !== `${OWN_PREFIX}${own.name}`) fail('name', name, `${OWN_PREFIX}${own.name}`);
  const listed = namesOf(needs);
  const exported = namesOf(own.needs);
  if (listed !== exported) fail('needs', listed, exported);
  return proxy;
}

/** The needs in one order, since theirs has no meaning. */
function namesOf(needs: unknown): string {
  return Array.isArray(needs) ? `[${[...new Set(needs)].sort().join(', ')}]` : String(needs);
}

function load({ code, digest }: Pick<OwnProxySpecification, 'code' | 'digest'>): OwnProxy {
  if (createHash('sha256').update(code).digest('hex') !== digest)
    throw SpecError.of({ path: 'ownProxies', message: `code is not what its digest says (${digest})` });
  const proxy = loadProxyModule({ code, digest }) as OwnProxy;
  opened.set(digest, proxy);
  return proxy;
}

function computeOne({
  proxy,
  name,
  measurement,
}: {
  readonly proxy: OwnProxy;
  readonly name: string;
  readonly measurement: Measurement;
}): number {
  const value = explainErrors(name, () => proxy.compute(measurement) as unknown);
  if (typeof value === 'number') return value;
  throw new Error(`${name}: compute answered ${describeAnswer(value)}; must be a number`);
}

function describeAnswer(value: unknown): string {
  if (value === null) return 'null';
  return isPromise(value) ? 'a promise, as async functions do' : typeof value;
}

const isPromise = (value: unknown) => typeof (value as { then?: unknown } | undefined)?.then === 'function';

function explainErrors(name: string, work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    throw new Error(`${name}: ${describeThrown(error)}`);
  }
}
