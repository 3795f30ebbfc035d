// The schema of a custom space: a chain of stages, each with choices (docs/guides/own-space.md).
import { z } from 'zod';
import { SpecError } from '../../errors.js';
import { mapping, text, toIssues, wholeNumber } from '../../schema/fields.js';
import { found } from '../../text/show.js';
import { kernel, Stage, stride, width } from './stage.js';

const MOST_STAGES = 64;

/** How candidates are written, where a space has a notation of its own. */
const Notation = mapping({
  /** Text of a stage, with choices or the option's name in braces. */
  stage: text({
    test: (value) => /^([A-Za-z0-9_]|\{(name|width|depth|kernel|expansion|stride)\})+$/.test(value),
    right: 'letters, digits, and {name}, {width}, {depth}, {kernel}, {expansion} or {stride}',
  }),
  separator: text({
    test: (value) => /^[ ,;:_-]?$/.test(value),
    right: 'nothing, or one of " ,;:_-"',
  }).default(''),
});
export type Notation = z.output<typeof Notation>;

export const Definition = mapping(
  {
    input: mapping({
      channels: wholeNumber({ min: 1, max: 64 }).default(3),
      resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }),
    }),
    classes: wholeNumber({ min: 1, max: 1_000_000 }),
    notation: Notation.optional(),
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
).transform(({ input, classes, notation, stem, stages }, context) => {
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
    ...(notation ? { notation } : {}),
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
    throw SpecError.inFile({
      file: source,
      message: `${found(value)}; must be a mapping with input, classes and stages`,
    });
  const { success, data, error } = Definition.safeParse(value, { reportInput: true });
  if (success) return data;
  throw new SpecError(
    toIssues({ error, root: '' }).map((issue) => {
      if (issue.more !== undefined) return issue;
      const place = issue.path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
      return { ...issue, path: '', file: source, ...(place ? { key: place } : {}) };
    }),
  );
}
