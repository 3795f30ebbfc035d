// Reads and writes candidates in the notation that a custom space defines, such as `01220112` or `e6k3l2 e4k5l1`.
import type { z } from 'zod';
import { mapping, text } from '../../schema/fields.js';
import { type Choice, NEUTRAL } from './kinds.js';
import {
  countOptions,
  findOptionByName,
  formatValue,
  type Option,
  optionAt,
  parseOption,
} from './options.js';
import type { Stage } from './stage.js';

const LETTERS = {
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
} as const;
type Written = keyof typeof LETTERS;
/** Names that may stand in braces in a template. */
export const PLACES = ['name', ...Object.keys(LETTERS)] as readonly string[];
const PLACE = /\{(\w+)\}/g;
/** A bracketed part of a template, which is left out of the text where its choice has no effect. */
const BRACKETS = /\[([^[\]{]*)\{(\w+)\}([^[\]{]*)\]/g;

const ANY_PLACE = `\\{(${PLACES.join('|')})\\}`;
const TEMPLATE = new RegExp(`^([A-Za-z0-9_]|${ANY_PLACE}|\\[[A-Za-z0-9_]*${ANY_PLACE}[A-Za-z0-9_]*\\])+$`);

/** The notation of candidates, for spaces that define one. */
export const Notation = mapping({
  /** The text of a stage, with choices or the option's name in braces. */
  stage: text({
    test: (value) => TEMPLATE.test(value),
    right: `letters, digits, and ${PLACES.map((place) => `{${place}}`).join(', ')}; in brackets what may be left out`,
  }),
  separator: text({
    test: (value) => /^[ ,;:_-]?$/.test(value),
    right: 'nothing, or one of " ,;:_-"',
  }).default(''),
});
export type Notation = z.output<typeof Notation>;

/** Stages without a choice are left out of the text. */
export function printNotation({
  stages,
  notation: { stage: template, separator },
  candidate,
}: {
  readonly stages: readonly Stage[];
  readonly notation: Notation;
  readonly candidate: readonly Option[];
}): string {
  const parts = candidate.flatMap((option, i) => (countOptions(stages[i]!) > 1 ? [option] : []));
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
export function parseNotation({
  stages,
  notation: { stage: template, separator },
  text,
  fail,
}: ParseNotationArguments): readonly Option[] {
  const places = [...template.matchAll(PLACE)].map(([, place]) => place!);
  const pattern = template
    .replaceAll(BRACKETS, '(?:$1{$2}$3)?')
    .replaceAll(PLACE, (_, place: string) =>
      place === 'name' ? '(\\w+?)' : place === 'activation' ? '([a-z]+\\d?)' : '(\\d{1,6})',
    );
  const open = stages.filter((stage) => countOptions(stage) > 1).length;
  const whole = new RegExp(`^${new Array(open).fill(pattern).join(separator)}$`);
  const match = whole.exec(text);
  if (!match) return fail(`must be ${open} times ${template}${separator ? ` joined by "${separator}"` : ''}`);
  let at = 1;
  return stages.map((stage, i) => {
    if (countOptions(stage) === 1) return optionAt(stage, 0);
    const own = (message: string) => fail(`stages[${i}]: ${message}`);
    const values = new Map<string, string>();
    for (const place of places) {
      const written = match[at++];
      if (written !== undefined) values.set(place, written);
      else if (stage[place as Choice]) values.set(place, neutralText(place));
    }
    const name = values.get('name');
    if (stage.options) {
      if (name !== undefined && Object.hasOwn(stage.options, name)) return findOptionByName(stage, name);
      return own(`found "${name ?? ''}"; must be one of ${Object.keys(stage.options).join(', ')}`);
    }
    const numbers = [...values].flatMap(([place, value]) =>
      place === 'name' ? [] : [`${LETTERS[place as Written]}${value}`],
    );
    return parseOption({ text: [name ?? stage.block[0]!, ...numbers].join('-'), stage, fail: own });
  });
}

/** The value of a bracketed part that was left out. */
function neutralText(place: string): string {
  return formatValue(place as Choice, NEUTRAL[place as Choice]);
}
