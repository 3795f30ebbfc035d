// Defines the stem of a custom space: its schema, and the part of a candidate's text for a stem with choices.
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

/** The parts of a network, in order. */
export interface Chain {
  readonly stem?: z.output<typeof Stem>;
  readonly stages: readonly Stage[];
}

/**
 * A single value is stored as a number instead of a list, as before stems had choices, so that the addresses
 * of scores stay the same.
 */
function oneOrMore<Item>(values: readonly Item[]): Item | readonly Item[] {
  return values.length === 1 ? values[0]! : values;
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

/** The stem in the form of a stage; undefined where the first stage reads the images. */
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

/** The stages for which a candidate has an option; a stem with choices comes first. */
export function partsOf(definition: Chain): readonly Stage[] {
  const stem = stemStage(definition);
  return stem && countOptions(stem) > 1 ? [stem, ...definition.stages] : definition.stages;
}

/** Splits a candidate into stem and stages. Where a space has no stem, its option has no effect. */
export function splitCandidate(
  definition: Pick<Chain, 'stem'>,
  candidate: readonly Option[],
): { readonly stem: Option; readonly stages: readonly Option[] } {
  const [first, ...rest] = candidate;
  if (first?.kind === 'stem') return { stem: first, stages: rest };
  return { stem: stemOptions(definition)[0]!, stages: candidate };
}

/** Every stem that the definition offers, which is at least one. */
export function stemOptions(definition: Pick<Chain, 'stem'>): readonly Option[] {
  const stem = stemStage(definition);
  if (!stem) return [neutralOption('stem')];
  return Array.from({ length: countOptions(stem) }, (_, i) => optionAt(stem, i));
}
