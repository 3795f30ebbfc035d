// Defines spaces implemented by the user's code: the specification carries the compiled module, and processes
// with permission run it.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SpecError } from '../../errors.js';
import type { RandomStream } from '../../random/random-stream.js';
import { mapping, oneOf, text, wholeNumber } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { describeFound, describeThrown, quote } from '../../text/show.js';
import { countNetwork } from '../count-blocks.js';
import { defineSpace } from '../definition.js';
import type { Costs, Space } from '../space.js';
import { checkedStream } from './checked-stream.js';
import type { SpaceModule } from './space-module.js';

/** The most characters of a module's code, which is sent with every step of a search. */
export const MOST_CODE = 65_536;

const schema = mapping({
  kind: z.literal('module'),
  digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of code' }),
  code: text({
    test: (value) => value.length <= MOST_CODE,
    right: `code of at most ${MOST_CODE} characters; or file: my-space.ts beside kind`,
  }),
  resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }),
  proxies: z
    .array(oneOf(AZ_NAS_PROXIES), {
      error: ({ input }) => `${describeFound(input)}; must be a list of ${AZ_NAS_PROXIES.join(', ')}`,
    })
    .readonly(),
});

/**
 * A person writes the path of a file, which is replaced by the compiled code and the properties that are
 * known without running it.
 */
export type ModuleSpecification = z.output<typeof schema>;

/** Runs the code and returns its default export. */
export type ModuleLoader = (args: { code: string; digest: string }) => unknown;

let loader: ModuleLoader | undefined;
/** Modules that have been evaluated, by digest. */
const opened = new Map<string, SpaceModule>();
const KEPT = 16;

/** Permitted loaders, by the digest of the code. */
const permitted = new Map<string, ModuleLoader>();

/** Permits this process to run the module with this digest, and no other module. */
export function permitModule({
  digest,
  load,
}: {
  readonly digest: string;
  readonly load: ModuleLoader;
}): void {
  permitted.set(digest, load);
}

/**
 * Permits this process to run the modules of all specifications. These are code, so the person who starts the
 * process must agree.
 */
export function allowModules(load: ModuleLoader): void {
  loader = load;
}

/** Whether this process runs the modules of all specifications. */
export function mayRunModules(): boolean {
  return loader !== undefined;
}

const NOT_ALLOWED = {
  path: 'space',
  message: 'kind module is code that comes with the specification, and this process runs none',
  advice: { code: 'allow-modules', text: 'start it with ZEROSCOUT_ALLOW_MODULES=1 if you trust it' },
} as const;

export function moduleDigest(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

/** Throws a SpecError where this process may not run modules, or where the code does not match its digest. */
export function moduleSpace(specification: ModuleSpecification): Space {
  const { code, digest, resolution, proxies } = specification;
  const module = opened.get(digest) ?? load({ code, digest });
  const step = module.step ?? 1;
  const parse = (text: string) =>
    withQuestion({ what: `candidate ${quote(text)}`, work: () => module.parse(text.trim()) });
  const network = (candidate: string, resolution: number) =>
    withQuestion({
      what: `network of ${quote(candidate)}`,
      work: () => module.network(parse(candidate), resolution),
    });
  const mutate = (parent: string, random: RandomStream) =>
    withQuestion({ what: `mutate(${quote(parent)})`, work: () => module.mutate(parent, random) });
  return {
    kind: 'module',
    size: module.size === undefined ? 'unbounded' : BigInt(module.size),
    proxies,
    parse,
    canonicalKey: (candidate) => candidate,
    ...(module.start === undefined ? {} : { start: module.start }),
    random: (key) => withQuestion({ what: 'random', work: () => module.random(checkedStream(key)) }),
    mutate: ({ parent, key, mutations }) => {
      const random = checkedStream(key);
      let child = parent;
      for (let i = 0; i < mutations; i++) child = mutate(child, random);
      return child;
    },
    resolutionStep: () => step,
    costs: ({ candidate, resolution: at }) =>
      withQuestion({
        what: `costs of ${quote(candidate)}`,
        work: () =>
          module.costs
            ? checkCosts(module.costs(candidate, at))
            : countNetwork({ network: network(candidate, at), resolution: at }),
      }),
    network: ({ candidate, resolution: at }) => network(candidate, at ?? resolution),
  };
}

/** Throws for an answer of a module that is no mapping. */
function checkCosts(costs: Costs | undefined): Costs {
  if (typeof costs === 'object' && costs !== null) return costs;
  throw new Error(`${describeFound(costs)}; must be { flops, parameters }`);
}

function load({ code, digest }: { readonly code: string; readonly digest: string }): SpaceModule {
  if (moduleDigest(code) !== digest)
    throw SpecError.of({ path: 'space.code', message: `is not what space.digest says (${digest})` });
  const run = loader ?? permitted.get(digest);
  if (!run) throw SpecError.of(NOT_ALLOWED);
  const module = run({ code, digest }) as SpaceModule;
  if (opened.size >= KEPT) opened.delete(opened.keys().next().value!);
  opened.set(digest, module);
  return module;
}

/** Converts errors that a module throws to a SpecError that says which function of the module was called. */
function withQuestion<T>({ what, work }: { readonly what: string; readonly work: () => T }): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SpecError) throw error;
    throw SpecError.of({ path: '', message: `${what}: ${describeThrown(error)}` });
  }
}

export const moduleDefinition = defineSpace({
  kind: 'module',
  schema,
  defaults: ({ proxies, resolution }) => ({ proxies, resolution, classes: false }),
  open: moduleSpace,
  file: {
    field: 'code',
    written: 'file',
    right: 'a TypeScript or JavaScript file',
    description: 'the TypeScript or JavaScript file of the space',
  },
  code: 'specification',
  batched: false,
  shapes: 'own',
});
