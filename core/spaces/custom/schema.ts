// Defines the schema of a custom space: a chain of stages, each with choices (docs/guides/own-space.md).
import type { z } from 'zod';
import { SpecError } from '../../errors.js';
import { mapping, toIssues, wholeNumber } from '../../schema/fields.js';
import { describeFound } from '../../text/show.js';
import { cellIssue } from './cells.js';
import { notationIssue } from './check-notation.js';
import { usesGraph } from './graph-choices.js';
import { Notation } from './notation.js';
import { type Placed, Stages } from './repeat.js';
import { type Stage, usedBy } from './stage.js';
import { type Chain, Stem, stemStage } from './stem.js';
import { groupIssues } from './widths.js';

export const Definition = mapping(
  {
    input: mapping({
      channels: wholeNumber({ min: 1, max: 64 }).default(3),
      resolution: wholeNumber({ min: 8, max: 512, multipleOf: 4 }),
    }),
    classes: wholeNumber({ min: 1, max: 1_000_000 }),
    notation: Notation.optional(),
    stem: Stem.optional(),
    stages: Stages,
  },
  { right: 'a mapping with input, classes and stages, or file: my-space.yaml beside kind' },
).transform(({ input, classes, notation, stem, stages: placed }, context) => {
  const said = new Set<string>();
  // The stages of a repeated group have the same place, and hence the same issues.
  const complain: Complain = (path, message) => {
    const issue = `${path.join('.')}: ${message}`;
    if (!said.has(issue)) context.addIssue({ code: 'custom', path: [...path], message });
    said.add(issue);
  };
  const stages = chainStages(placed, complain);
  const patched = stages[0]?.block[0] === 'transformer';
  if (patched && stem)
    complain(['stem'], 'is not used before a transformer, which takes the images; remove it');
  // A space whose first stage turns the images into patches has no stem.
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
  checkTogether({ definition, placed, complain });
  return definition;
});
export type Definition = z.output<typeof Definition>;

type Complain = (path: readonly (string | number)[], message: string) => void;

/** Finds faults in choices that lie in several places. */
function checkTogether({
  definition,
  placed,
  complain,
}: {
  readonly definition: Definition;
  readonly placed: readonly Placed[];
  readonly complain: Complain;
}): void {
  const { stem, notation, stages } = definition;
  const pathOf = (stage: number) => ['stages', ...placed[stage]!.path];
  const wrongCells = stages.flatMap(({ cell }, i) => {
    const message = cell === undefined ? undefined : cellIssue(cell);
    return message === undefined ? [] : [{ path: [...pathOf(i), 'cell'], message }];
  });
  for (const { path, message } of wrongCells) complain(path, message);
  const narrow = stages[0]!.block.find((kind) => !usedBy({ stage: stages[0]!, kind }).includes('width'));
  if (stem && stem.width === undefined && narrow)
    complain(
      ['stem', 'width'],
      `missing; must be a whole number from 1 to 8192, because ${narrow} in stages[0] has no width that the stem could take`,
    );
  const isOpen = stem && Object.values(stem).some((value) => Array.isArray(value));
  if (notation && isOpen)
    complain(['stem'], 'has choices, which the notation of stages cannot say; give one value each');
  if (hasTokens(definition) && usesGraph(definition))
    complain(
      ['stages'],
      'has a transformer beside squeeze, groups, dilation, growth, pooling or an activation other than relu; must do without one of them',
    );
  for (const { stage, name, message } of groupIssues(definition))
    complain([...pathOf(stage), ...(name === undefined ? [] : ['options', name]), 'groups'], message);
  // Options of a cell that cannot be read cannot be counted.
  if (!notation || wrongCells.length > 0) return;
  const issue = notationIssue({ stages, notation, nameOf: (stage) => placeText(pathOf(stage).join('.')) });
  if (issue) complain(['notation', issue.key], issue.message);
}

/** Writes `stages.2.width` as `stages[2].width`. */
function placeText(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}

/**
 * A chain turns from maps to tokens at most once. The first transformer stage splits the map into patches, by
 * default of 16 pixels, and all later stages must be transformers.
 */
function chainStages(placed: readonly Placed[], complain: Complain): Stage[] {
  const stages = placed.map(({ stage }) => stage);
  const first = stages.findIndex(({ block }) => block[0] === 'transformer');
  if (first < 0) return stages;
  return stages.map((stage, i) => {
    const path = (key: string) => ['stages', ...placed[i]!.path, key];
    if (i > first && stage.block[0] !== 'transformer')
      complain(
        path('block'),
        `found ${stage.block.join(', ')} after the transformer of stages[${first}]; must be transformer`,
      );
    if (i > first && stage.patch)
      complain(path('patch'), `is not used here: stages[${first}] makes the tokens; remove it`);
    // The largest product of strides does not count a patch that is reported as superfluous.
    const { patch, ...rest } = stage;
    return i === first ? { ...stage, patch: patch ?? [16] } : i > first ? rest : stage;
  });
}

/** Whether the chain, and hence each of its candidates, ends in tokens. */
export function hasTokens({ stages }: Pick<Definition, 'stages'>): boolean {
  return stages.at(-1)?.block[0] === 'transformer';
}

/**
 * The factor by which the side of the images shrinks if every stage has its largest stride and the largest
 * patch.
 */
export function largestStride(definition: Chain): number {
  const stem = stemStage(definition);
  const before = (stem?.stride?.at(-1) ?? 1) * (stem?.pool?.at(-1) ?? 1);
  return definition.stages.reduce((product, stage) => {
    const reduction = stage.block.includes('reduction') ? 2 : 1;
    const shrinks = Math.max(reduction, stage.stride?.at(-1) ?? 1, stage.patch?.at(-1) ?? 1);
    return product * shrinks;
  }, before);
}

/** Completes a definition. A SpecError says `my-space.yaml: stages[2].width: ...`. */
export function checkDefinition({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source: string;
}): Definition {
  // This message does not suggest `file: ...`, because the file of a space has no `kind` beside which a file
  // could be named.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw SpecError.inFile({
      file: source,
      message: `${describeFound(value)}; must be a mapping with input, classes and stages`,
    });
  const { success, data, error } = Definition.safeParse(value, { reportInput: true });
  if (success) return data;
  throw new SpecError(
    toIssues({ error, root: '' }).map((issue) => {
      if (issue.more !== undefined) return issue;
      const place = placeText(issue.path);
      return { ...issue, path: '', file: source, ...(place ? { key: place } : {}) };
    }),
  );
}
