// Builds zod schemas of single fields, whose messages say what was found and what would be right.
import { z } from 'zod';
import { type Issue, MOST_ISSUES, moreIssues } from '../errors.js';
import { unknownKey, unknownValue } from '../text/nearest.js';
import { describeFound } from '../text/show.js';

/** A whole number from `min` to `max`, inclusive, divisible by `multipleOf` (default 1). */
export function wholeNumber({
  min,
  max,
  multipleOf = 1,
}: {
  readonly min: number;
  readonly max: number;
  readonly multipleOf?: number;
}) {
  const right = multipleOf === 1 ? 'whole number' : `multiple of ${multipleOf}`;
  const schema = z.custom<number>(
    (value) => Number.isInteger(value) && inside(value) && (value as number) % multipleOf === 0,
    { error: ({ input }) => `${describeFound(input)}; must be a ${right} from ${min} to ${max}` },
  );
  const step = multipleOf === 1 ? {} : { multipleOf };
  return schema.meta({ type: 'integer', minimum: min, maximum: max, ...step });

  function inside(value: unknown): boolean {
    return (value as number) >= min && (value as number) <= max;
  }
}

/** A finite number above 0 and at most `max`. */
export function positiveNumber({ max }: { readonly max: number }) {
  return z
    .custom<number>((value) => typeof value === 'number' && value > 0 && value <= max, {
      error: ({ input }) => `${describeFound(input)}; must be a number above 0, at most ${max}`,
    })
    .meta({ type: 'number', exclusiveMinimum: 0, maximum: max });
}

/** A number above 0 and below 1. */
export function share() {
  return z
    .custom<number>((value) => typeof value === 'number' && value > 0 && value < 1, {
      error: ({ input }) => `${describeFound(input)}; must be a number above 0 and below 1`,
    })
    .meta({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 });
}

/** Text for which `test` holds; `right` completes the message "must be ...". */
export function text({ test, right }: { readonly test: (value: string) => boolean; readonly right: string }) {
  return z
    .custom<string>((value) => typeof value === 'string' && test(value), {
      error: ({ input }) => `${describeFound(input)}; must be ${right}`,
    })
    .meta({ type: 'string', description: right });
}

/** One of the given words; the message for another word suggests the nearest one. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, {
    error: ({ input }) =>
      typeof input === 'string'
        ? unknownValue({ word: input, known: words })
        : `${describeFound(input)}; must be one of ${words.join(', ')}`,
  });
}

/**
 * A mapping that allows no other keys; one of `words` (presets, which were replaced earlier) may stand in its
 * place. Messages do not offer `internal` keys, which only commands write. Several unknown keys give one message
 * of several lines, a line for each of the first keys (see `toIssues`).
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  {
    internal = [],
    right = `a mapping with ${writtenKeys(shape, internal).join(', ')}`,
    words = [],
  }: {
    readonly internal?: readonly string[];
    readonly right?: string;
    readonly words?: readonly string[];
  } = {},
) {
  const known = writtenKeys(shape, internal);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, MOST_ISSUES)
            .map((word) => unknownKey({ word, known }))
            .join('\n')
        : typeof issue.input === 'string' && words.length > 0
          ? unknownValue({ word: issue.input, known: words })
          : wrongMapping({ value: issue.input, right }),
  });
}

function writtenKeys(shape: z.core.$ZodLooseShape, internal: readonly string[]): string[] {
  return Object.keys(shape).filter((key) => !internal.includes(key));
}

type Kinds = readonly { readonly shape: z.core.$ZodShape }[];

function knownKinds(options: Kinds): string[] {
  return options.flatMap(({ shape }) => [
    ...(shape.kind as unknown as { readonly values: Set<string> }).values,
  ]);
}

/**
 * Replaces `exhaustive` by `{ kind: exhaustive }`. It is passed to `preprocess` and followed by `checkKind`,
 * which refuses every other word.
 */
export function bareKind(options: Kinds): (value: unknown) => unknown {
  const known = knownKinds(options);
  return (value) => (typeof value === 'string' && known.includes(value) ? { kind: value } : value);
}

/**
 * Reports an issue for `kind` and one for each key that no kind has. It is passed to `superRefine` before a
 * discriminated union.
 */
export function checkKind(options: Kinds) {
  const known = knownKinds(options);
  const keys = [...new Set(options.flatMap(({ shape }) => Object.keys(shape)))];
  return (value: unknown, context: z.core.$RefinementCtx): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const right = `a kind, such as ${known[0]}, or a mapping with a kind, such as { kind: ${known[0]} }`;
      const message =
        typeof value === 'string' ? unknownValue({ word: value, known }) : wrongMapping({ value, right });
      context.addIssue({ code: 'custom', message });
      return;
    }
    const kind = Object.hasOwn(value, 'kind') ? (value as { readonly kind: unknown }).kind : undefined;
    if (typeof kind === 'string' && known.includes(kind)) return;
    const message =
      typeof kind === 'string'
        ? unknownValue({ word: kind, known })
        : `${describeFound(kind)}; must be one of ${known.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['kind'], message });
    const unknown = Object.keys(value).filter((word) => !keys.includes(word));
    for (const word of unknown.slice(0, MOST_ISSUES))
      context.addIssue({ code: 'custom', path: [word], message: unknownKey({ word, known: keys }) });
    const rest = unknown.length - MOST_ISSUES;
    if (rest > 0)
      context.addIssue({ code: 'custom', message: moreIssues(rest).message, params: { more: rest } });
  };
}

/**
 * Converts zod's issues to ours: dotted paths, and one issue for each unknown key; beyond the largest number
 * that is shown, one issue counts the rest. `root` names the whole document.
 */
export function toIssues({
  error,
  root,
}: {
  readonly error: Pick<z.ZodError, 'issues'>;
  readonly root: string;
}): Issue[] {
  const issues: Issue[] = [];
  let rest = 0;
  for (const issue of error.issues) {
    const more = issue.code === 'custom' ? (issue.params?.more as number | undefined) : undefined;
    if (more !== undefined) {
      rest += more;
      continue;
    }
    const all = issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
    const some = issues.length < MOST_ISSUES ? issuesOf({ issue, root }) : [];
    const taken = some.slice(0, MOST_ISSUES - issues.length);
    issues.push(...taken);
    rest += all - taken.length;
  }
  return rest > 0 ? [...issues, moreIssues(rest)] : issues;
}

function issuesOf({ issue, root }: { readonly issue: z.core.$ZodIssue; readonly root: string }): Issue[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, MOST_ISSUES) : [undefined];
  const messages = issue.code === 'unrecognized_keys' ? issue.message.split('\n') : [issue.message];
  return keys.map((key, index) => {
    const path = [...issue.path, ...(key === undefined ? [] : [key])];
    return { path: path.map(step).join('.') || root, message: messages[index] ?? issue.message };
  });
}

function wrongMapping({ value, right }: { readonly value: unknown; readonly right: string }): string {
  return `${describeFound(value)}; must be ${right}`;
}

/** A path stays short and on one line whatever the key contains. */
function step(key: PropertyKey): string {
  const name = String(key);
  return /^[\w.-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64));
}
