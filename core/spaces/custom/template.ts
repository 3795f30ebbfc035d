// Splits the template of a notation, such as `e{expansion}[se{squeeze}]`, into parts, and lists the texts that a
// stage prints for each.
import { type Choice, NEUTRAL } from './kinds.js';
import { findOptionByName, formatValue, neutralOption, valuesOf } from './options.js';
import { type Stage, usedBy } from './stage.js';

/** The letters before a value in the text of an option, for choices that may stand in braces in a template. */
export const LETTERS = {
  width: 'w',
  depth: 'd',
  kernel: 'k',
  expansion: 'e',
  stride: 's',
  squeeze: 'se',
  groups: 'g',
  dilation: 'dil',
  growth: 'gr',
  activation: '',
} as const satisfies Partial<Record<Choice, string>>;
export const CHOICE_PLACES = Object.keys(LETTERS) as readonly (keyof typeof LETTERS)[];
/** Names that may stand in braces in a template. */
export const PLACES = ['name', ...CHOICE_PLACES] as const;
export type Place = (typeof PLACES)[number];

/** A place in brackets with the texts before and after it, a place, or a text between places. */
const PARTS = /\[([^[\]{]*)\{(\w+)\}([^[\]{]*)\]|\{(\w+)\}|[^[\]{}]+/g;

/** The places of a template, in order; the same place may occur twice. */
export function placesOf(template: string): readonly Place[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, place]) => place as Place);
}

/** The places that are not in brackets. */
export function placesAlwaysWritten(template: string): readonly Place[] {
  return [...template.matchAll(PARTS)].flatMap((match) => (match[4] ? [match[4] as Place] : []));
}

/** The texts that the options of a stage have in a place of the template, in brackets or not. */
export function textsAt(stage: Stage, place: Place): readonly string[] {
  const { options, block } = stage;
  if (place === 'name') return options ? Object.keys(options) : block;
  const values = options
    ? Object.keys(options).map((name) => findOptionByName(stage, name)[place])
    : block.flatMap((kind) =>
        usedBy({ stage, kind }).includes(place) ? valuesOf(stage, place) : [neutralOption(kind)[place]],
      );
  return [...new Set(values)].map((value) => formatValue(place, value));
}

export interface Part {
  /** A regular expression with a group for the place, which matches the texts. */
  readonly pattern: string;
  /** Every text that the part may be. */
  readonly texts: readonly string[];
}

/** The parts of the text of a stage. */
export function partsOfStage(stage: Stage, template: string): readonly Part[] {
  return [...template.matchAll(PARTS)].map(([whole, before = '', bracketed, after = '', place]): Part => {
    if (place) {
      const texts = textsAt(stage, place as Place);
      return { pattern: `(${texts.join('|')})`, texts };
    }
    if (!bracketed) return { pattern: whole, texts: [whole] };
    const neutral = formatValue(bracketed as Choice, NEUTRAL[bracketed as Choice]);
    const all = textsAt(stage, bracketed as Place);
    const texts = all.filter((text) => text !== neutral);
    // Of no texts, a pattern that nothing matches.
    const pattern = `${before}(${texts.join('|') || '(?!)'})${after}`;
    const written = texts.map((text) => `${before}${text}${after}`);
    return texts.length === all.length
      ? { pattern, texts: written }
      : { pattern: `(?:${pattern})?`, texts: ['', ...written] };
  });
}
