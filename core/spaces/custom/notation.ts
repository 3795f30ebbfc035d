// Reads and writes candidates in the notation that a custom space defines, such as `01220112` or `e6k3l2 e4k5l1`.
import type { z } from 'zod';
import { mapping, text } from '../../schema/fields.js';
import { type Choice, NEUTRAL } from './kinds.js';
import {
  countOptions,
  findOptionByName,
  formatValue,
  neutralOption,
  type Option,
  oneOf,
  optionAt,
  parseOption,
} from './options.js';
import { type Stage, usedBy } from './stage.js';
import { CHOICE_PLACES, LETTERS, PLACES, partsOfStage, placesOf, textsAt } from './template.js';

const PLACE = /\{(\w+)\}/g;
/** A bracketed part of a template, which is left out of the text where its choice has no effect. */
const BRACKETS = /\[([^[\]{]*)\{(\w+)\}([^[\]{]*)\]/g;

const ANY_PLACE = `\\{(${PLACES.join('|')})\\}`;
const ANY_CHOICE = `\\{(${CHOICE_PLACES.join('|')})\\}`;
const TEMPLATE = new RegExp(`^([A-Za-z0-9_]|${ANY_PLACE}|\\[[A-Za-z0-9_]*${ANY_CHOICE}[A-Za-z0-9_]*\\])+$`);

/** The notation of candidates, for spaces that define one. */
export const Notation = mapping({
  /** The text of a stage, with choices or the option's name in braces. */
  stage: text({
    test: (value) => TEMPLATE.test(value),
    right: `letters, digits, and ${PLACES.map((place) => `{${place}}`).join(', ')}; in brackets a choice that may be left out`,
  }),
  separator: text({
    test: (value) => /^[ ,;:_-]?$/.test(value),
    right: 'nothing, or one of " ,;:_-"',
  }).default(''),
});
export type Notation = z.output<typeof Notation>;

/** Whether the text of a candidate has a part for this stage; stages without a choice are left out. */
export function isWritten(stage: Stage): boolean {
  return countOptions(stage) > 1;
}

export function printNotation({
  stages,
  notation: { stage: template, separator },
  candidate,
}: {
  readonly stages: readonly Stage[];
  readonly notation: Notation;
  readonly candidate: readonly Option[];
}): string {
  const parts = candidate.flatMap((option, i) => (isWritten(stages[i]!) ? [option] : []));
  return parts
    .map((option) =>
      template
        .replaceAll(BRACKETS, (bracketed: string, _before: string, place: string) =>
          // The brackets are removed; the place in braces is filled in below.
          option[place as Choice] === NEUTRAL[place as Choice] ? '' : bracketed.slice(1, -1),
        )
        .replaceAll(PLACE, (_, place: string) =>
          place === 'name'
            ? (option.name ?? option.kind)
            : formatValue(place as Choice, option[place as Choice]),
        ),
    )
    .join(separator);
}

interface ParseNotationArguments {
  readonly stages: readonly Stage[];
  readonly notation: Notation;
  readonly text: string;
  readonly fail: (message: string) => never;
}

/** `fail` throws an error that says what is wrong. */
export function parseNotation({ stages, notation, text, fail }: ParseNotationArguments): readonly Option[] {
  const written = matchParts({ stages, notation, text }) ?? fail(rightForm(stages, notation));
  const places = placesOf(notation.stage);
  let at = 0;
  return stages.map((stage, i) => {
    if (!isWritten(stage)) return optionAt(stage, 0);
    const own = (message: string) => fail(`stages[${i}]: ${message}`);
    const values = new Map<string, string>();
    for (const place of places) {
      const value = written[at++];
      if (value === undefined) continue;
      const other = values.get(place);
      if (other !== undefined && other !== value) own(`${place} is both ${other} and ${value}`);
      values.set(place, value);
    }
    return stage.options
      ? readNamed({ stage, values, fail: own })
      : readChosen({ stage, places, values, fail: own });
  });
}

/**
 * The texts in the places of all stages, undefined in brackets that were left out; undefined where the text has
 * not the form of a candidate.
 */
function matchParts({
  stages,
  notation,
  text,
}: Omit<ParseNotationArguments, 'fail'>): readonly (string | undefined)[] | undefined {
  const { exact, loose, written } = patternsOf(stages, notation);
  const found = exact.exec(text);
  if (found) return found.slice(1);
  // A text that is no candidate is read stage by stage, so that the error names the stage.
  const { separator } = notation;
  const values: (string | undefined)[] = [];
  let at = 0;
  for (let stage = 0; stage < written; stage++) {
    if (stage > 0) {
      if (!text.startsWith(separator, at)) return undefined;
      at += separator.length;
    }
    loose.lastIndex = at;
    const part = loose.exec(text);
    if (!part) return undefined;
    values.push(...part.slice(1));
    at = loose.lastIndex;
  }
  return at === text.length ? values : undefined;
}

interface Patterns {
  readonly notation: Notation;
  /** Matches the text of every candidate; `notationIssue` makes sure that each has one reading. */
  readonly exact: RegExp;
  /** Matches the text of any one stage, with any numbers and names. */
  readonly loose: RegExp;
  /** The number of stages that the text of a candidate has. */
  readonly written: number;
}

const known = new WeakMap<readonly Stage[], Patterns>();

function patternsOf(stages: readonly Stage[], notation: Notation): Patterns {
  const before = known.get(stages);
  if (before?.notation === notation) return before;
  const { stage: template, separator } = notation;
  const written = stages.filter(isWritten);
  const exact = written.map((stage) =>
    partsOfStage(stage, template)
      .map(({ pattern }) => pattern)
      .join(''),
  );
  const any = template
    .replaceAll(BRACKETS, '(?:$1{$2}$3)?')
    .replaceAll(PLACE, (_, place: string) =>
      place === 'name' ? '(\\w+?)' : place === 'activation' ? '([a-z]+\\d?)' : '(\\d{1,6})',
    );
  const patterns = {
    notation,
    exact: new RegExp(`^${exact.join(separator)}$`),
    loose: new RegExp(`${any}(?=${separator}|$)`, 'y'),
    written: written.length,
  };
  known.set(stages, patterns);
  return patterns;
}

/** Says how a candidate is written, with the texts that may stand in each place of some stage. */
function rightForm(stages: readonly Stage[], { stage: template, separator }: Notation): string {
  const written = stages.filter(isWritten);
  const places = written.length > 0 ? [...new Set(placesOf(template))] : [];
  const allowed = places.map((place) => {
    const texts = new Set(written.flatMap((stage) => textsAt(stage, place)));
    return `${place} ${oneOf([...texts])}`;
  });
  const joined = separator ? ` joined by "${separator}"` : '';
  return `must be ${written.length} times ${template}${joined}${allowed.length > 0 ? `, with ${allowed.join(', ')}` : ''}`;
}

interface ReadStageArguments {
  readonly stage: Stage;
  readonly places: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly fail: (message: string) => never;
}

function readNamed({ stage, values, fail }: Omit<ReadStageArguments, 'places'>): Option {
  const name = values.get('name') ?? '';
  if (!Object.hasOwn(stage.options!, name))
    return fail(`found "${name}"; must be one of ${Object.keys(stage.options!).join(', ')}`);
  const option = findOptionByName(stage, name);
  for (const [place, value] of values) {
    const own = place === 'name' ? name : formatValue(place as Choice, option[place as Choice]);
    if (value !== own) return fail(`${place} is ${value}; must be ${own}, that of ${name}`);
  }
  return option;
}

/**
 * A choice that was left out with its brackets has its neutral value, and so has a choice in a place that the kind
 * does not use.
 */
function readChosen({ stage, places, values, fail }: ReadStageArguments): Option {
  const name = values.get('name') ?? stage.block[0]!;
  const kind = stage.block.find((kind) => kind === name);
  if (!kind) return parseOption({ text: name, stage, fail });
  const used = usedBy({ stage, kind });
  const numbers = CHOICE_PLACES.flatMap((choice) => {
    if (!places.includes(choice)) return [];
    const value = values.get(choice) ?? formatValue(choice, NEUTRAL[choice]);
    const isNeutral = value === formatValue(choice, neutralOption(kind)[choice]);
    return isNeutral && !used.includes(choice) ? [] : [`${LETTERS[choice]}${value}`];
  });
  return parseOption({ text: [name, ...numbers].join('-'), stage, fail });
}
