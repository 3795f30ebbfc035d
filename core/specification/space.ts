// In: the `space` of a specification. Out: its schema, and what the other fields are by default in this space.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { found } from '../text/show.js';
import { Definition, hasTokens } from './custom-space.js';
import { bareKind, checkKind, mapping, oneOf, text, toIssues, wholeNumber } from './fields.js';
import { PROXIES, type ProxyName } from './proxies.js';

/** Characters of a module's code: it travels with every step of a search. */
export const MOST_CODE = 65_536;

/** One mapping for each kind: the kind and its parameters. The whole of it is part of every score's address. */
const Spaces = [
  mapping({ kind: z.literal('nas-bench-201') }),
  mapping({ kind: z.literal('mobilenet-v2') }),
  mapping({ kind: z.literal('autoformer'), size: oneOf(['tiny', 'small', 'base']) }),
  // People write `file`; whoever reads the specification puts what it holds in its place, since workers see no files.
  mapping({ kind: z.literal('custom'), definition: Definition }),
  // The same: the code of the file, compiled, and what is known of it without running it.
  mapping({
    kind: z.literal('module'),
    digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of code' }),
    code: text({
      test: (value) => value.length <= MOST_CODE,
      right: `code of at most ${MOST_CODE} characters; or file: my-space.ts beside kind`,
    }),
    resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }),
    proxies: z
      .array(oneOf(PROXIES), {
        error: ({ input }) => `${found(input)}; must be a list of ${PROXIES.join(', ')}`,
      })
      .readonly(),
  }),
] as const;

export const SpaceSchema = z.preprocess(
  bareKind(Spaces),
  z.unknown().superRefine(checkKind(Spaces)).pipe(z.discriminatedUnion('kind', Spaces)),
);
export type SpaceSpecification = z.output<typeof SpaceSchema>;
export type SpaceKind = SpaceSpecification['kind'];
export type ModuleSpecification = SpaceSpecification & { readonly kind: 'module' };

/** What a space is like before it is opened. */
export interface SpaceDefaults {
  /** The proxies that mean something in this space, in canonical order; all of them by default. */
  readonly proxies: readonly ProxyName[];
  /** Side of the images in pixels where a fidelity names none: the published one. */
  readonly resolution: number;
  /** Whether it is known which candidates are the same function; they are one in the cohort then, by default. */
  readonly classes: boolean;
}

/** Steps from feature to feature are no sign of quality in a residual stream; the paper leaves them out. */
const OF_TOKENS = PROXIES.filter((name) => name !== 'progressivity');

const DEFAULTS: Readonly<Record<Exclude<SpaceKind, 'custom' | 'module'>, SpaceDefaults>> = {
  'nas-bench-201': { proxies: PROXIES, resolution: 32, classes: true },
  'mobilenet-v2': { proxies: PROXIES, resolution: 224, classes: false },
  autoformer: { proxies: OF_TOKENS, resolution: 224, classes: false },
};

export function spaceDefaults(space: SpaceSpecification): SpaceDefaults {
  if (space.kind === 'module')
    return { proxies: space.proxies, resolution: space.resolution, classes: false };
  if (space.kind !== 'custom') return DEFAULTS[space.kind];
  const { definition } = space;
  const proxies = hasTokens(definition) ? OF_TOKENS : PROXIES;
  return { proxies, resolution: definition.input.resolution, classes: false };
}

/** The side of the images, in pixels, for which people see FLOPs and latencies: that of the constraints, or the published one. */
export function costResolution({
  space,
  constraints,
}: {
  readonly space: SpaceSpecification;
  readonly constraints?: { readonly resolution: number } | undefined;
}): number {
  return constraints?.resolution ?? spaceDefaults(space).resolution;
}

/** The space of a kind with these parameters; a SpecError, under `path` for the kind, where there is none. */
export function spaceOfKind({
  kind,
  parameters = {},
  path,
}: {
  kind: string;
  parameters?: Readonly<Record<string, unknown>>;
  path: string;
}): SpaceSpecification {
  const { success, data, error } = SpaceSchema.safeParse({ kind, ...parameters }, { reportInput: true });
  if (success) return data;
  const issues = toIssues({ error, root: path });
  throw new SpecError(issues.map((issue) => (issue.path === 'kind' ? { ...issue, path } : issue)));
}
