// Validates the inputs of activities and workflows as strictly as a specification, because anyone who may
// write to Temporal can forge them.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { oneOf, share, toIssues, wholeNumber } from '../schema/fields.js';
import { DEVICES } from '../specification/devices.js';
import { FAMILY_NAMES } from '../specification/families.js';
import { Notify } from '../specification/notify.js';
import { checkSpecification, type Specification } from '../specification/specification.js';
import {
  count,
  digest,
  engine,
  flag,
  id,
  listOf,
  name,
  number,
  object,
  run,
  scope,
  words,
  worker,
} from './input-fields.js';
import type { SearchInput } from './search.js';
import type { PartInput, SearchActivities } from './search-activities.js';

const list = object({ digest, count });
const familyName = oneOf(FAMILY_NAMES);
/** A list that has not been made yet, with neither digest nor candidates. */
const listOrNone = z.union([object({ digest: z.literal(''), count: z.literal(0) }), list], {
  error: 'must be a list: digest, 64 hexadecimal digits, and count',
});
const families = z.record(name(100), scope);
const address = object({ engine, scope, families: families.optional() });
const addresses = object({
  engine,
  scopes: listOf(scope).min(1).max(10),
  families: listOf(families).max(10).optional(),
});
const part = z
  .looseObject({ number: count, of: wholeNumber({ min: 1, max: 1e9 }) })
  .refine(({ number, of }) => number < of, { error: 'number must be less than of' });
const latencies = z.record(words(100), words(1000));
const drawn = object({
  proposed: count,
  rejected: z.record(words(100), count),
  duplicates: count,
  latencies: latencies.optional(),
});
const history = object({ digest, generations: count, candidates: count, drawn });
const rounds = z
  .array(
    object({
      fidelity: object({ draws: wholeNumber({ min: 1, max: 64 }) }),
      candidates: count,
      reused: count,
      failed: count,
      seconds: number,
    }),
  )
  .max(10);
const verification = object({ scores: count, verified: count });
const comparable = object({ id, ranking: digest, failures: digest });
const disagreements = listOf(object({ score: words(), worker, verifier: worker })).max(100_000);
const workers = listOf(worker).max(100_000);

function specification(
  origin: 'command' | 'newer release',
  check: (value: Specification) => string | undefined = () => undefined,
) {
  return z.unknown().transform((value, context) => {
    const complain = (path: string[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    try {
      const specification = checkSpecification({ value, source: '', origin });
      const wrong = check(specification);
      return wrong ? complain([], wrong) : specification;
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      for (const { path, message } of error.issues) complain(path ? [path] : [], message);
      return z.NEVER;
    }
  });
}

const lenient = specification('newer release');
const bred = specification('newer release', ({ strategy: { kind } }) =>
  kind === 'evolution' ? undefined : `strategy.kind is ${kind}; must be evolution`,
);

/**
 * The mapped type lists every key, so the compiler reports a new key that has no schema. Keys of a newer
 * release are accepted.
 */
function input<Type>(shape: { readonly [Key in keyof Required<Type>]: z.ZodType }) {
  return object(shape);
}

type InputOf<Name extends keyof SearchActivities> = Parameters<SearchActivities[Name]>[0];
const LONGEST_SHARD = 10_000;

/** Checks that `from` to `to` lies within the list and is no longer than a shard may be. */
function inRange({ from, to, list }: Record<string, unknown>): boolean {
  const { count } = list as { count: number };
  const [first, last] = [from as number, to as number];
  return first <= last && last <= count && last - first <= LONGEST_SHARD;
}
const RANGE = {
  error: `from and to must be a range of the list, of ${LONGEST_SHARD} at most`,
  path: ['to'],
};

const addressed = { specification: lenient, address: address.optional() };
const audited = { ...addressed, run, plan: list, latencies: latencies.optional() };
const range = { ...addressed, run, list, from: count, to: count };

const state = input<NonNullable<SearchInput['carried']>>({
  startedAt: number,
  stageStartedAt: number,
  run,
  rounds,
  plan: listOrNone,
  audited: flag,
  todo: listOrNone,
  planned: count,
  done: count,
  reused: count,
  failed: count,
  skipped: count.optional(),
  attempt: count,
  nextShard: count,
  paused: flag,
  pausedSince: number.optional(),
  addresses: addresses.optional(),
  moved: object({ engine, times: count }).optional(),
  repairs: count.optional(),
  drawn: drawn.optional(),
  parts: z
    .looseObject({
      cut: object({
        parts: wholeNumber({ min: 1, max: 1e9 }),
        atOnce: wholeNumber({ min: 1, max: 10_000 }),
        window: wholeNumber({ min: 1, max: 10_000 }),
      }),
      todos: listOf(list),
      missing: count,
      failed: listOf(count).optional(),
      next: count,
    })
    .refine(({ cut, todos, next }) => todos.length <= cut.parts && next <= todos.length, {
      error: 'todos and next must not be more than the parts',
    })
    .optional(),
  evolution: z
    .looseObject({
      history: history.optional(),
      scored: flag,
      over: flag,
      ended: words().optional(),
      before: object({ reused: count, failed: count, skipped: count.optional(), done: count }),
    })
    .optional(),
  verify: number.optional(),
  verification: verification.optional(),
});

const SearchInputSchema = input<SearchInput>({
  id,
  specification: specification('command'),
  list: list.optional(),
  before: comparable.optional(),
  carried: state.optional(),
});

const PartInputSchema = input<PartInput>({
  ...audited,
  search: id,
  part,
  todo: list,
  window: wholeNumber({ min: 1, max: 10_000 }),
  shards: object({ first: count, of: count }),
  paused: flag,
  verify: number.optional(),
  carried: z
    .looseObject({ todo: list, done: count, failed: count, attempt: count, nextShard: count })
    .optional(),
});

const INPUTS = {
  checkSearch: SearchInputSchema,
  checkPart: PartInputSchema,
  addressScores: input<InputOf<'addressScores'>>({ specification: lenient, engine: engine.optional() }),
  planCandidates: input<InputOf<'planCandidates'>>({ ...addressed, list: list.optional() }),
  breedGeneration: input<InputOf<'breedGeneration'>>({
    ...addressed,
    specification: bred,
    run,
    history: history.optional(),
  }),
  auditScores: input<InputOf<'auditScores'>>({ ...audited, part: part.optional() }),
  scoreShard: input<InputOf<'scoreShard'>>({ ...range, search: id, shard: count }).refine(inRange, RANGE),
  sampleScores: input<InputOf<'sampleScores'>>({
    ...addressed,
    run,
    list,
    share: number,
    seen: workers,
    distrusted: workers,
  }),
  verifyScores: input<InputOf<'verifyScores'>>({
    ...range,
    family: familyName.optional(),
    except: workers,
    claims: listOf(object({ index: count, again: words() })).optional(),
  }).refine(inRange, RANGE),
  pollingWorkers: input<InputOf<'pollingWorkers'>>({ device: oneOf(DEVICES) }),
  setAsideWorkers: input<InputOf<'setAsideWorkers'>>({
    search: id,
    specification: lenient,
    state: oneOf(['set aside', 'suspected']),
    workers,
    disagreements,
  }),
  rankCandidates: input<InputOf<'rankCandidates'>>(audited),
  measureLatencies: input<InputOf<'measureLatencies'>>({
    specification: lenient,
    ranking: digest,
    top: wholeNumber({ min: 1, max: 1e9 }),
    which: oneOf(['missing', 'all']),
  }),
  keepBest: input<InputOf<'keepBest'>>({ specification: lenient, ranking: digest, keep: share() }),
  reportSearch: input<InputOf<'reportSearch'>>({
    search: id,
    specification: lenient,
    rounds: rounds.min(1),
    addresses: addresses.optional(),
    startedAt: number,
    ranking: digest,
    latency: object({ measured: count, busy: count }).optional(),
    drawn: drawn.optional(),
    generations: count.optional(),
    ended: words().optional(),
    verification: verification.optional(),
  }),
  compareRuns: input<InputOf<'compareRuns'>>({ before: comparable, after: comparable }),
  notify: input<InputOf<'notify'>>({
    notify: Notify,
    notification: input<InputOf<'notify'>['notification']>({
      event: oneOf(['search.completed', 'search.failed', 'workers.disagree']),
      search: id,
      run: words(400),
      delivery: words(400).optional(),
      name: words(200),
      space: words(100),
      schedule: words(1000).optional(),
      failure: words().optional(),
      workers: object({}).optional(),
      summary: digest.optional(),
      changes: digest.optional(),
    }),
  }),
} satisfies Record<keyof SearchActivities, z.ZodType>;

/** Reads the input of an activity and completes its specification. A SpecError names every wrong field. */
export function readInput<Name extends keyof SearchActivities>(
  activity: Name,
  value: unknown,
): InputOf<Name> {
  const schema: z.ZodType = INPUTS[activity];
  const { success, data, error } = schema.safeParse(value, { reportInput: true });
  if (!success) throw new SpecError(toIssues({ error, root: activity }));
  const { specification } = data as { specification?: Specification };
  // Only the specification is taken from the copy, because the library copies objects key by key.
  return { ...(value as InputOf<Name>), ...(specification ? { specification } : {}) };
}
