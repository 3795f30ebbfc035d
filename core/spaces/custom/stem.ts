// The stem of a custom space: its schema, and what a candidate says of it where it offers choices.
import type { z } from 'zod';
import { mapping } from '../../schema/fields.js';
import * as field from './fields.js';
import { countOptions, neutralOption, type Option, optionAt } from './options.js';
import type { Stage } from './stage.js';

export const Stem = mapping({
  width: field.numbers(field.width).optional(),
  kernel: field.numbers(field.kernel).optional(),
  stride: field.numbers(field.stride).optional(),
  activation: field.activations.optional(),
  pool: field.numbers(field.stride).optional(),
}).transform(({ width, kernel = [3], stride = [1], ...rest }) => {
  const activation = field.unlessAll(rest.activation, 'relu');
  const pool = field.unlessAll(rest.pool, 1);
  return {
    ...(width ? { width: oneOrMore(width) } : {}),
    kernel: oneOrMore(kernel),
    stride: oneOrMore(stride),
    ...(activation ? { activation: oneOrMore(activation) } : {}),
    ...(pool ? { pool: oneOrMore(pool) } : {}),
  };
});

/** What is built for a candidate, one part after the other. */
export interface Chain {
  readonly stem?: z.output<typeof Stem>;
  readonly stages: readonly Stage[];
}

/** A single value stands alone, as it did before stems had choices, so that the addresses of scores are the same. */
function oneOrMore<Item>(values: readonly Item[]): Item | readonly Item[] {
  return values.length === 1 ? values[0]! : values;
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

/** The stem as if it were a stage; undefined where the first stage takes the images. */
export function stemStage({ stem }: Pick<Chain, 'stem'>): Stage | undefined {
  if (!stem) return undefined;
  const { width, kernel, stride, activation, pool } = stem;
  return {
    block: ['stem'],
    ...(width === undefined ? {} : { width: listOf(width) }),
    kernel: listOf(kernel),
    stride: listOf(stride),
    ...(activation === undefined ? {} : { activation: listOf(activation) }),
    ...(pool === undefined ? {} : { pool: listOf(pool) }),
  };
}

/** What a candidate has an option for: the stages, and before them the stem where it offers choices. */
export function partsOf(definition: Chain): readonly Stage[] {
  const stem = stemStage(definition);
  return stem && countOptions(stem) > 1 ? [stem, ...definition.stages] : definition.stages;
}

/** The stem and the stages of a candidate. Without a stem its option changes nothing. */
export function splitCandidate(
  definition: Pick<Chain, 'stem'>,
  candidate: readonly Option[],
): { readonly stem: Option; readonly stages: readonly Option[] } {
  const [first, ...rest] = candidate;
  if (first?.kind === 'stem') return { stem: first, stages: rest };
  return { stem: stemOptions(definition)[0]!, stages: candidate };
}

/** Every stem that the definition offers, at least one. */
export function stemOptions(definition: Pick<Chain, 'stem'>): readonly Option[] {
  const stem = stemStage(definition);
  if (!stem) return [neutralOption('stem')];
  return Array.from({ length: countOptions(stem) }, (_, i) => optionAt(stem, i));
}
