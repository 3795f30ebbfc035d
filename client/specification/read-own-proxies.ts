// Reads the own proxies that a specification names by file, and puts their names and their compiled code in the files' place.
import { SpecError, withField } from '../../core/errors.js';
import type { OwnProxy } from '../../core/proxies/own-proxy.js';
import { moduleDigest } from '../../core/spaces/module/definition.js';
import { OWN_PREFIX } from '../../core/specification/families.js';
import {
  MOST_PROXY_CODE,
  OWN_NAME,
  OWN_NEEDS,
  OwnProxySchema,
  type OwnProxySpecification,
} from '../../core/specification/own-proxies.js';
import { nearest } from '../../core/text/nearest.js';
import { describeFound, describeThrown, show } from '../../core/text/show.js';
import { loadProxyModule } from '../../engine/load-module.js';
import { openModule } from '../../engine/own-proxies.js';
import type { FileInput } from '../files/open-file.js';
import { type ModulePermission, PROXY_REFUSED } from './module-permission.js';
import { compileModule, createNamedError, MODULE_FILE } from './read-module.js';
import { readText } from './read-text.js';

interface Reading {
  readonly value: unknown;
  readonly modules: ModulePermission;
  readonly resolve: (file: string, field: string) => Promise<FileInput>;
}

/** A specification with names where `proxies` and weights named files. Any other is answered as it is. */
export async function withProxyFiles({ value, modules, resolve }: Reading): Promise<unknown> {
  const given = (value ?? {}) as { proxies?: unknown; aggregation?: unknown; ownProxies?: unknown };
  const { proxies, aggregation } = given;
  if (modules === 'allowed') checkModules(given.ownProxies);
  if (!Array.isArray(proxies) || !proxies.some(isFile)) return value;
  const names = new Map<string, string>();
  const own: OwnProxySpecification[] = [];
  const replaced: unknown[] = [];
  for (const [at, entry] of proxies.entries()) {
    const field = `proxies.${at}`;
    if (!isFile(entry)) {
      replaced.push(entry);
      continue;
    }
    if (modules === 'refused') throw SpecError.of({ path: field, file: entry, ...PROXY_REFUSED });
    const read = await withField(field, async () =>
      readProxy({ path: await resolve(entry, field), name: entry }),
    );
    if (own.some(({ name }) => name === read.name))
      throw SpecError.of({ path: field, message: `${read.name} is there twice; keep one` });
    own.push(read);
    names.set(entry, read.name);
    replaced.push(read.name);
  }
  return {
    ...(value as object),
    proxies: replaced,
    ...(aggregation === undefined ? {} : { aggregation: withNames(aggregation, names) }),
    ownProxies: own,
  };
}

/** Compares the modules of a complete specification with what it says of them. Malformed ones are left to the schema. */
function checkModules(list: unknown): void {
  for (const each of Array.isArray(list) ? list : []) {
    const parsed = OwnProxySchema.safeParse(each);
    if (!parsed.success) continue;
    try {
      openModule(parsed.data);
    } catch (error) {
      if (error instanceof SpecError) throw error;
      const message = `${parsed.data.name}: ${describeThrown(error)}`;
      throw SpecError.of({ path: 'ownProxies', message });
    }
  }
}

const isFile = (entry: unknown): entry is string => typeof entry === 'string' && MODULE_FILE.test(entry);

/** Weights may be written for the file or for the column. */
function withNames(aggregation: unknown, names: ReadonlyMap<string, string>): unknown {
  const { weights } = (aggregation ?? {}) as { weights?: unknown };
  if (typeof weights !== 'object' || weights === null) return aggregation;
  const twice = [...names].find(([file, name]) => file in weights && name in weights);
  if (twice)
    throw SpecError.of({
      path: `aggregation.weights.${twice[1]}`,
      message: `found beside ${twice[0]}, which is the same proxy; keep one of the two`,
    });
  const renamed = Object.entries(weights).map(([name, weight]) => [names.get(name) ?? name, weight]);
  return { ...(aggregation as object), weights: Object.fromEntries(renamed) };
}

/** SpecErrors name the file `name`. Types, comments and spaces are taken away: they are no part of the digest. */
async function readProxy({
  path,
  name,
}: {
  readonly path: FileInput;
  readonly name: string;
}): Promise<OwnProxySpecification> {
  const code = await compileModule({ text: await readText(path, name), name });
  const fail = (message: string): never => {
    throw SpecError.inFile({ file: name, message });
  };
  if (code.length > MOST_PROXY_CODE)
    fail(`is ${code.length} characters of code; at most ${MOST_PROXY_CODE} characters travel with a search`);
  const digest = moduleDigest(code);
  const proxy = evaluate({ code, digest, name }) as Partial<OwnProxy> | undefined | null;
  if (typeof proxy !== 'object' || proxy === null || typeof proxy.compute !== 'function')
    return fail(
      `default export: ${describeFound(proxy)}; must be { name, needs, compute }, of type OwnProxy of zeroscout/proxy`,
    );
  if (typeof proxy.name !== 'string' || !OWN_NAME.test(proxy.name))
    fail(
      `name: ${describeFound(proxy.name)}; must be at most 40 small letters, digits and hyphens, the first a letter`,
    );
  if (!Array.isArray(proxy.needs))
    fail(`needs: ${describeFound(proxy.needs)}; must be a list of ${OWN_NEEDS.join(', ')}`);
  const known: readonly string[] = OWN_NEEDS;
  const wrong = proxy.needs!.find((need) => !known.includes(need));
  if (wrong !== undefined) {
    const close = nearest({ word: String(wrong), known });
    fail(
      `needs: unknown ${show(wrong)}; ${close ? `did you mean "${close}"?` : `choose from ${known.join(', ')}`}`,
    );
  }
  const needs = OWN_NEEDS.filter((need) => proxy.needs!.includes(need));
  return { name: `${OWN_PREFIX}${proxy.name}`, digest, code, needs };
}

function evaluate({
  code,
  digest,
  name,
}: {
  readonly code: string;
  readonly digest: string;
  readonly name: string;
}): unknown {
  try {
    return loadProxyModule({ code, digest });
  } catch (error) {
    throw createNamedError({ error, name });
  }
}
