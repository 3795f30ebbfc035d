// The schema of a stage of a custom space: kinds of blocks with choices, or options with names (docs/guides/own-space.md).
import { z } from 'zod';
import { mapping, oneOf, text, wholeNumber } from '../../schema/fields.js';
import { describeField } from '../../schema/json-schema.js';
import { found, show } from '../../text/show.js';

/** What a stage may consist of, in the order in which choices are counted. */
export const BLOCK_KINDS = [
  'conv',
  'basic',
  'bottleneck',
  'inverted',
  'cell',
  'reduction',
  'transformer',
  'identity',
] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

/** Numbers that a stage may leave open, in the order in which a candidate's text has them. */
export const CHOICES = [
  'width',
  'depth',
  'kernel',
  'expansion',
  'stride',
  'heads',
  'ratio',
  'patch',
  'cell',
] as const;
export type Choice = (typeof CHOICES)[number];

/** The choices that each kind of block uses. */
export const USES: Readonly<Record<BlockKind, readonly Choice[]>> = {
  conv: ['width', 'depth', 'kernel', 'stride'],
  basic: ['width', 'depth', 'kernel', 'stride'],
  bottleneck: ['width', 'depth', 'kernel', 'expansion', 'stride'],
  inverted: ['width', 'depth', 'kernel', 'expansion', 'stride'],
  cell: ['width', 'depth', 'cell'],
  reduction: ['width'],
  // A patch is used only where the chain turns from maps to tokens.
  transformer: ['width', 'depth', 'heads', 'ratio', 'patch'],
  // Where the shape stays, nothing at all.
  identity: ['width', 'stride'],
};

/** The choices of a kind that a stage has values for. */
export function usedBy({ stage, kind }: { stage: Stage; kind: BlockKind }): readonly Choice[] {
  return USES[kind].filter((choice) => stage[choice]);
}

const MOST_CHOICES = 256;

/** One value or a list of values. They are sorted, so that the same choices are the same space however they are written. */
function choices<Item>(item: z.ZodType<Item>, order: (item: Item) => number) {
  const sort = (written: unknown, context: z.core.$RefinementCtx): readonly Item[] => {
    const complain = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const values: readonly unknown[] = Array.isArray(written) ? written : [written];
    if (values.length === 0 || values.length > MOST_CHOICES)
      return complain(`found ${values.length} choices; must be 1 to ${MOST_CHOICES}`);
    const items: Item[] = [];
    for (const value of values) {
      const { success, data, error } = item.safeParse(value, { reportInput: true });
      if (!success) return complain(error.issues[0]!.message);
      if (items.includes(data)) return complain(`${show(data)} is there twice; keep one`);
      items.push(data);
    }
    return items.toSorted((a, b) => order(a) - order(b));
  };
  const one = describeField(item);
  const several = { type: 'array', items: one, minItems: 1, maxItems: MOST_CHOICES, uniqueItems: true };
  return z
    .unknown()
    .transform(sort)
    .meta({ anyOf: [one, several] });
}

function oneOfNumbers(numbers: readonly number[]) {
  return z
    .custom<number>((value) => numbers.includes(value as number), {
      error: ({ input }) => `${found(input)}; must be one of ${numbers.join(', ')}`,
    })
    .meta({ enum: [...numbers] });
}

export const width = wholeNumber({ min: 1, max: 8192 });
export const kernel = oneOfNumbers([1, 3, 5, 7]);
export const stride = oneOfNumbers([1, 2, 4]);
const patch = oneOfNumbers([1, 2, 4, 8, 16, 32]);
/** Hidden channels of an MLP divided by its width. Only multiples of a quarter: they keep the texts of candidates short. */
const ratio = z
  .custom<number>(
    (value) => typeof value === 'number' && value >= 0.25 && value <= 16 && Number.isInteger(4 * value),
    { error: ({ input }) => `${found(input)}; must be a multiple of 0.25, at most 16` },
  )
  .meta({ type: 'number', minimum: 0.25, maximum: 16, multipleOf: 0.25 });
const numbers = (schema: z.ZodType<number>) => choices(schema, (value) => value);

/** Kinds that an option with a name may have: those of convolutions. */
const NAMED_KINDS = ['conv', 'basic', 'bottleneck', 'inverted', 'identity'] as const;

/** An option of a stage by its name: everything that the stage itself does not say, one value each. */
const Named = mapping({
  block: oneOf(NAMED_KINDS),
  kernel: kernel.optional(),
  expansion: wholeNumber({ min: 1, max: 16 }).optional(),
  depth: wholeNumber({ min: 1, max: 64 }).optional(),
});

/** A stage of named options, such as `{ width: 64, options: { a: { block: identity }, b: { block: basic } } }`. */
const NamedStage = mapping({
  options: z.record(
    text({ test: (value) => /^[A-Za-z0-9_]{1,32}$/.test(value), right: 'up to 32 letters and digits' }),
    Named,
  ),
  width,
  stride: stride.default(1),
}).transform(({ options, width, stride }, context) => {
  const named = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const complain = (path: string[], message: string) => {
    context.addIssue({ code: 'custom', path: ['options', ...path], message });
  };
  if (named.length === 0) complain([], 'found no options; must be one or more by name');
  for (const [name, one] of named) {
    const uses = USES[one.block];
    for (const choice of ['kernel', 'expansion', 'depth'] as const)
      if (one[choice] !== undefined && !uses.includes(choice))
        complain([name, choice], `means nothing in ${one.block}; remove it`);
    if (uses.includes('expansion') && one.expansion === undefined)
      complain([name, 'expansion'], `is missing; ${one.block} needs it, such as 4`);
    if (one.block === 'bottleneck' && width % (one.expansion ?? 1) !== 0)
      complain([name, 'expansion'], `found ${one.expansion}; must divide the width, ${width}`);
  }
  const kinds = BLOCK_KINDS.filter((kind) => named.some(([, { block }]) => block === kind));
  return { block: kinds, width: [width], stride: [stride], options: Object.fromEntries(named) };
});

const ChosenStage = mapping({
  block: choices(oneOf(BLOCK_KINDS), (kind) => BLOCK_KINDS.indexOf(kind)),
  width: numbers(width),
  depth: numbers(wholeNumber({ min: 1, max: 64 })).optional(),
  kernel: numbers(kernel).optional(),
  expansion: numbers(wholeNumber({ min: 1, max: 16 })).optional(),
  stride: numbers(stride).optional(),
  heads: numbers(wholeNumber({ min: 1, max: 64 })).optional(),
  ratio: numbers(ratio).optional(),
  patch: numbers(patch).optional(),
  cell: text({
    test: (value) => value.trim() !== '',
    right: 'a cell in the notation of NAS-Bench-201',
  }).optional(),
}).transform((stage, context) => {
  const complain = (path: string, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const kinds = stage.block.join(', ');
  const used = new Set(stage.block.flatMap((kind) => USES[kind]));
  for (const choice of CHOICES)
    if (stage[choice] && !used.has(choice)) complain(choice, `means nothing in ${kinds}; remove it`);
  if (stage.block.includes('transformer')) {
    if (stage.block.length > 1)
      complain('block', `found ${kinds}; a transformer stands alone, whatever follows needs tokens`);
    if (!stage.heads) complain('heads', 'is missing; must be how many heads of 64 channels, such as [3, 4]');
  }
  const expands = stage.block.find((kind) => USES[kind].includes('expansion'));
  if (expands && !stage.expansion) complain('expansion', `is missing; ${expands} needs it, such as 4`);
  const hasCell = stage.block.includes('cell');
  if (hasCell && !stage.cell) complain('cell', 'is missing; must be a cell in the notation of NAS-Bench-201');
  if (stage.block.includes('bottleneck'))
    for (const expansion of stage.expansion ?? []) {
      const wrong = stage.width.find((value) => value % expansion !== 0);
      if (wrong === undefined) continue;
      complain('width', `found ${wrong}; must be a multiple of ${expansion}, the bottleneck's expansion`);
    }
  // Only choices that are used are kept, so that a checked definition passes the check again.
  const { block, width, expansion, cell } = stage;
  const { depth = [1], kernel = [3], stride = [1], heads, ratio = [4], patch } = stage;
  return {
    block,
    width,
    ...(used.has('depth') ? { depth } : {}),
    ...(used.has('kernel') ? { kernel } : {}),
    ...(expansion ? { expansion } : {}),
    ...(used.has('stride') ? { stride } : {}),
    ...(heads ? { heads } : {}),
    ...(used.has('ratio') ? { ratio } : {}),
    ...(patch ? { patch } : {}),
    ...(cell ? { cell: cell.trim() } : {}),
  };
});

export interface Stage extends z.output<typeof ChosenStage> {
  readonly options?: z.output<typeof NamedStage>['options'];
}

const isNamed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'options' in value;

/** What a person would have written for a stage that was checked before: a checked definition passes the check again. */
function asWritten(value: object): unknown {
  const { block: _, width, stride, ...rest } = value as Record<string, unknown>;
  if (!Array.isArray(width) || width.length !== 1 || !Array.isArray(stride)) return value;
  return { ...rest, width: width[0], stride: stride[0] };
}

export const Stage = z
  .unknown()
  .transform((value, context): Stage => {
    const { success, data, error } = (isNamed(value) ? NamedStage : ChosenStage).safeParse(
      isNamed(value) ? asWritten(value) : value,
      {
        reportInput: true,
      },
    );
    if (success) return data as Stage;
    // zod goes on after unknown keys, as if the stage were there; one issue a key stops it.
    for (const { path, message, ...issue } of error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
      message.split('\n').forEach((line, at) => {
        context.addIssue({
          code: 'custom',
          path: [...path, ...(keys[at] ?? [])],
          message: line,
          input: value,
        });
      });
    }
    return z.NEVER;
  })
  .meta({ anyOf: [describeField(ChosenStage), describeField(NamedStage)] });
