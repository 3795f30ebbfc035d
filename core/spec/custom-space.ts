// In: the definition of a space of one's own. Out: its schema: a chain of stages, each with choices. docs/own-space.md.
import { z } from 'zod';
import { SpecError } from './errors.js';
import { mapping, oneOf, text, toIssues, wholeNumber } from './fields.js';
import { found, show } from './show.js';

/** What a stage may consist of, in the order in which choices are counted. */
export const BLOCK_KINDS = ['conv', 'basic', 'bottleneck', 'inverted', 'cell', 'reduction'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

/** Numbers that a stage may leave open, in the order in which a candidate's text has them. */
export const CHOICES = ['width', 'depth', 'kernel', 'expansion', 'stride'] as const;
export type Choice = (typeof CHOICES)[number];

/** The choices that mean something in a block of that kind. */
export const USES: Readonly<Record<BlockKind, readonly Choice[]>> = {
  conv: ['width', 'depth', 'kernel', 'stride'],
  basic: ['width', 'depth', 'kernel', 'stride'],
  bottleneck: CHOICES,
  inverted: CHOICES,
  cell: ['width', 'depth'],
  reduction: ['width'],
};

const MOST_CHOICES = 256;

/** One value, or several, which come out sorted: the same choices are the same space, however they are written. */
function choices<Item>(item: z.ZodType<Item>, order: (item: Item) => number) {
  return z.unknown().transform((written, context): readonly Item[] => {
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
  });
}

function oneOfNumbers(numbers: readonly number[]) {
  return z.custom<number>((value) => numbers.includes(value as number), {
    error: ({ input }) => `${found(input)}; must be one of ${numbers.join(', ')}`,
  });
}

const width = wholeNumber({ min: 1, max: 8192 });
const kernel = oneOfNumbers([1, 3, 5, 7]);
const stride = oneOfNumbers([1, 2, 4]);
const numbers = (schema: z.ZodType<number>) => choices(schema, (value) => value);

const Stage = mapping({
  block: choices(oneOf(BLOCK_KINDS), (kind) => BLOCK_KINDS.indexOf(kind)),
  width: numbers(width),
  depth: numbers(wholeNumber({ min: 1, max: 64 })).optional(),
  kernel: numbers(kernel).optional(),
  expansion: numbers(wholeNumber({ min: 1, max: 16 })).optional(),
  stride: numbers(stride).optional(),
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
  const expands = stage.block.find((kind) => USES[kind].includes('expansion'));
  if (expands && !stage.expansion) complain('expansion', `is missing; ${expands} needs it, such as 4`);
  const hasCell = stage.block.includes('cell');
  if (hasCell && !stage.cell) complain('cell', 'is missing; must be a cell in the notation of NAS-Bench-201');
  if (!hasCell && stage.cell) complain('cell', `means nothing in ${kinds}; remove it`);
  if (stage.block.includes('bottleneck'))
    for (const expansion of stage.expansion ?? []) {
      const wrong = stage.width.find((value) => value % expansion !== 0);
      if (wrong === undefined) continue;
      complain('width', `found ${wrong}; must be a multiple of ${expansion}, the bottleneck's expansion`);
    }
  // Nothing beside what is used: a checked definition passes the check again.
  const { block, width, expansion, cell } = stage;
  const { depth = [1], kernel = [3], stride = [1] } = stage;
  return {
    block,
    width,
    ...(used.has('depth') ? { depth } : {}),
    ...(used.has('kernel') ? { kernel } : {}),
    ...(expansion ? { expansion } : {}),
    ...(used.has('stride') ? { stride } : {}),
    ...(cell ? { cell: cell.trim() } : {}),
  };
});

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
    }).prefault({}),
    stages: z
      .array(Stage, {
        error: ({ input }) =>
          `${found(input)}; must be a list of stages, such as [{ block: basic, width: [16, 32] }]`,
      })
      .superRefine((stages, context) => {
        if (stages.length > 0 && stages.length <= MOST_STAGES) return;
        const message = `found ${stages.length} stages; must be 1 to ${MOST_STAGES}`;
        context.addIssue({ code: 'custom', message });
      }),
  },
  { right: 'a mapping with input, classes and stages, or file: my-space.yaml beside kind' },
).superRefine((definition, context) => {
  const step = largestStride(definition);
  const { resolution } = definition.input;
  if (resolution % step === 0) return;
  const message = `found ${resolution}; must be a multiple of ${step}, the largest product of strides`;
  context.addIssue({ code: 'custom', path: ['input', 'resolution'], message });
});
export type Definition = z.output<typeof Definition>;
export type Stage = Definition['stages'][number];

/** The factor by which the side of the images shrinks where every stage takes its largest stride. */
export function largestStride({ stem, stages }: Pick<Definition, 'stem' | 'stages'>): number {
  return stages.reduce((product, stage) => {
    const reduction = stage.block.includes('reduction') ? 2 : 1;
    return product * Math.max(reduction, stage.stride?.at(-1) ?? 1);
  }, stem.stride);
}

/** A definition with nothing left open; a SpecError says `my-space.yaml: stages[2].width: ...`. */
export function checkDefinition({ value, source }: { value: unknown; source: string }): Definition {
  const { success, data, error } = Definition.safeParse(value, { reportInput: true });
  if (success) return data;
  throw new SpecError(
    toIssues({ error, root: '' }).map(({ path, message }) => {
      const place = path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
      return { path: place ? `${source}: ${place}` : source, message };
    }),
  );
}
