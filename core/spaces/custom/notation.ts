// Reads and writes candidates in the notation that a custom space defines, such as `01220112` or `e6k3l2 e4k5l1`.
import { countOptions, namedOption, type Option, optionAt, parseOption } from './options.js';
import type { Notation } from './schema.js';
import type { Choice, Stage } from './stage.js';

const LETTERS = { width: 'w', depth: 'd', kernel: 'k', expansion: 'e', stride: 's' } as const;
type Written = keyof typeof LETTERS;
const PLACE = /\{(\w+)\}/g;

/** Stages without a choice are left out. */
export function printNotation({
  stages,
  notation: { stage: template, separator },
  candidate,
}: {
  stages: readonly Stage[];
  notation: Notation;
  candidate: readonly Option[];
}): string {
  const parts = candidate.flatMap((option, i) => (countOptions(stages[i]!) > 1 ? [option] : []));
  return parts
    .map((option) =>
      template.replaceAll(PLACE, (_, place: string) =>
        place === 'name' ? (option.name ?? option.kind) : String(option[place as Choice]),
      ),
    )
    .join(separator);
}

/** `fail` throws what is wrong. */
export function parseNotation({
  stages,
  notation: { stage: template, separator },
  text,
  fail,
}: {
  stages: readonly Stage[];
  notation: Notation;
  text: string;
  fail: (message: string) => never;
}): readonly Option[] {
  const places = [...template.matchAll(PLACE)].map(([, place]) => place!);
  const pattern = template.replaceAll(PLACE, (_, place: string) =>
    place === 'name' ? '(\\w+?)' : '(\\d{1,6})',
  );
  const open = stages.filter((stage) => countOptions(stage) > 1).length;
  const whole = new RegExp(`^${new Array(open).fill(pattern).join(separator)}$`);
  const match = whole.exec(text);
  if (!match) return fail(`must be ${open} times ${template}${separator ? ` joined by "${separator}"` : ''}`);
  let at = 1;
  return stages.map((stage, i) => {
    if (countOptions(stage) === 1) return optionAt(stage, 0);
    const own = (message: string) => fail(`stages[${i}]: ${message}`);
    const values = new Map(places.map((place) => [place, match[at++]!]));
    const name = values.get('name');
    if (stage.options) {
      if (name !== undefined && Object.hasOwn(stage.options, name)) return namedOption(stage, name);
      return own(`found "${name ?? ''}"; must be one of ${Object.keys(stage.options).join(', ')}`);
    }
    const numbers = [...values].flatMap(([place, value]) =>
      place === 'name' ? [] : [`${LETTERS[place as Written]}${value}`],
    );
    return parseOption({ text: [name ?? stage.block[0]!, ...numbers].join('-'), stage, fail: own });
  });
}
