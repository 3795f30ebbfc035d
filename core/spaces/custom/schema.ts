// The schema of a custom space: a chain of stages, each with choices (docs/guides/own-space.md).
import { z } from 'zod';
import { SpecError } from '../../errors.js';
import { mapping, oneOf, text, toIssues, wholeNumber } from '../../schema/fields.js';
import { describeField } from '../../schema/json-schema.js';
import { found, show } from '../../text/show.js';

/** What a stage may consist of, in the order in which choices are counted. */
const BLOCK_KINDS = ['conv', 'basic', 'bottleneck', 'inverted', 'cell', 'reduction', 'transformer'] as const;
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
const USES: Readonly<Record<BlockKind, readonly Choice[]>> = {
  conv: ['width', 'depth', 'kernel', 'stride'],
  basic: ['width', 'depth', 'kernel', 'stride'],
  bottleneck: ['width', 'depth', 'kernel', 'expansion', 'stride'],
  inverted: ['width', 'depth', 'kernel', 'expansion', 'stride'],
  cell: ['width', 'depth', 'cell'],
  reduction: ['width'],
  // A patch is used only where the chain turns from maps to tokens.
  transformer: ['width', 'depth', 'heads', 'ratio', 'patch'],
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

const width = wholeNumber({ min: 1, max: 8192 });
const kernel = oneOfNumbers([1, 3, 5, 7]);
const stride = oneOfNumbers([1, 2, 4]);
const patch = oneOfNumbers([1, 2, 4, 8, 16, 32]);
/** Hidden channels of an MLP divided by its width. Only multiples of a quarter: they keep the texts of candidates short. */
const ratio = z
  .custom<number>(
    (value) => typeof value === 'number' && value >= 0.25 && value <= 16 && Number.isInteger(4 * value),
    { error: ({ input }) => `${found(input)}; must be a multiple of 0.25, at most 16` },
  )
  .meta({ type: 'number', minimum: 0.25, maximum: 16, multipleOf: 0.25 });
const numbers = (schema: z.ZodType<number>) => choices(schema, (value) => value);

const Stage = mapping({
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

export type Stage = z.output<typeof Stage>;

const MOST_STAGES = 64;

export const Definition = mapping(
  {
    input: mapping({
      channels: wholeNumber({ min: 1, max: 64 }).default(3),
      resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }),
    }),
    classes: wholeNumber({ min: 1, max: 1_000_000 }),
    stem: mapping({
      width: width.optional(),
      kernel: kernel.default(3),
      stride: stride.default(1),
    }).optional(),
    stages: z
      .array(Stage, {
        error: ({ input }) =>
          `${found(input)}; must be a list of stages, such as [{ block: basic, width: [16, 32] }]`,
      })
      .superRefine((stages, context) => {
        if (stages.length > 0 && stages.length <= MOST_STAGES) return;
        const message = `found ${stages.length} stages; must be 1 to ${MOST_STAGES}`;
        context.addIssue({ code: 'custom', message });
      })
      .transform(chained),
  },
  { right: 'a mapping with input, classes and stages, or file: my-space.yaml beside kind' },
).transform(({ input, classes, stem, stages }, context) => {
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const patched = stages[0]?.block[0] === 'transformer';
  if (patched && stem)
    complain(['stem'], 'means nothing before a transformer, which takes the images; remove it');
  // Where the first stage makes patches of the images there is no stem.
  const definition = {
    input,
    classes,
    ...(patched ? {} : { stem: stem ?? { kernel: 3, stride: 1 } }),
    stages,
  };
  const step = largestStride(definition);
  const message = `found ${input.resolution}; must be a multiple of ${step}, the largest product of strides${
    hasTokens(definition) ? ' and patch' : ''
  }`;
  if (input.resolution % step !== 0) complain(['input', 'resolution'], message);
  return definition;
});
export type Definition = z.output<typeof Definition>;

/**
 * A chain turns from maps to tokens at most once. The first transformer cuts the map into patches, of 16 pixels by default, and
 * all stages after it must be transformers.
 */
function chained(stages: Stage[], context: z.core.$RefinementCtx): Stage[] {
  const first = stages.findIndex(({ block }) => block[0] === 'transformer');
  if (first < 0) return stages;
  return stages.map((stage, i) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [i, path], message });
    if (i > first && stage.block[0] !== 'transformer')
      complain(
        'block',
        `found ${stage.block.join(', ')} after the transformer of stages[${first}]; must be transformer`,
      );
    if (i > first && stage.patch)
      complain('patch', `means nothing here: stages[${first}] made the tokens; remove it`);
    return i === first ? { ...stage, patch: stage.patch ?? [16] } : stage;
  });
}

/** Whether the chain, and so each of its candidates, ends in tokens. */
export function hasTokens({ stages }: Pick<Definition, 'stages'>): boolean {
  return stages.at(-1)?.block[0] === 'transformer';
}

/** The factor by which the side of the images shrinks where every stage takes its largest stride, and the largest patch. */
export function largestStride({ stem, stages }: Pick<Definition, 'stem' | 'stages'>): number {
  return stages.reduce((product, stage) => {
    const reduction = stage.block.includes('reduction') ? 2 : 1;
    const shrinks = Math.max(reduction, stage.stride?.at(-1) ?? 1, stage.patch?.at(-1) ?? 1);
    return product * shrinks;
  }, stem?.stride ?? 1);
}

/** A definition with nothing left open; a SpecError says `my-space.yaml: stages[2].width: ...`. */
export function checkDefinition({ value, source }: { value: unknown; source: string }): Definition {
  // This message does not offer `file: ...`, because a space's own file has no `kind` beside which a file could be named.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw SpecError.of({
      path: source,
      message: `${found(value)}; must be a mapping with input, classes and stages`,
    });
  const { success, data, error } = Definition.safeParse(value, { reportInput: true });
  if (success) return data;
  throw new SpecError(
    toIssues({ error, root: '' }).map((issue) => {
      if (issue.more !== undefined) return issue;
      const place = issue.path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
      return { ...issue, path: place ? `${source}: ${place}` : source };
    }),
  );
}
