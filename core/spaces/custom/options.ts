// Numbers the options of a stage, and reads and writes them as parts of a candidate's text.

import { cellsOf, formatCell } from './cells.js';
import { ACTIVATIONS, type BlockKind, CHOICES, type Choice, NEUTRAL, USES } from './kinds.js';
import { type Stage, usedBy } from './stage.js';

/**
 * The option that a candidate has for one stage. Choices that its kind does not use have their neutral value.
 */
export interface Option extends Readonly<Record<Choice, number>> {
  readonly kind: BlockKind;
  /** The name of the option, if the definition names it. */
  readonly name?: string;
}

/**
 * The letters before a value in a text such as `basic-w32-d2-k3-se4`. An activation is written by its name
 * alone.
 */
const LETTERS: Readonly<Record<Choice, string>> = {
  width: 'w',
  depth: 'd',
  kernel: 'k',
  expansion: 'e',
  stride: 's',
  heads: 'h',
  ratio: 'r',
  patch: 'p',
  cell: 'c',
  growth: 'gr',
  groups: 'g',
  dilation: 'dil',
  squeeze: 'se',
  activation: '',
  pool: 'pool',
};

/** The values that a stage offers for a choice that its kind uses. */
export function valuesOf(stage: Stage, choice: Choice): readonly number[] {
  if (choice === 'cell') return stage.cell === undefined ? [] : cellsOf(stage.cell);
  if (choice === 'activation') return (stage.activation ?? []).map((name) => ACTIVATIONS.indexOf(name));
  return stage[choice] ?? [];
}

/** The kinds of a stage, and the number of options of each. */
function rowsOf(stage: Stage) {
  return stage.block.map((kind) => ({
    kind,
    count: usedBy({ stage, kind }).reduce((product, choice) => product * valuesOf(stage, choice).length, 1),
  }));
}

export function countOptions(stage: Stage): number {
  if (stage.options) return Object.keys(stage.options).length;
  return rowsOf(stage).reduce((sum, { count }) => sum + count, 0);
}

/** The option number `index`, 0 to `countOptions` - 1; the last choice changes fastest. */
export function optionAt(stage: Stage, index: number): Option {
  const name = stage.options && Object.keys(stage.options)[index];
  if (name !== undefined) return findOptionByName(stage, name);
  let rest = index;
  for (const { kind, count } of rowsOf(stage)) {
    if (rest >= count) {
      rest -= count;
      continue;
    }
    const numbers: Partial<Record<Choice, number>> = {};
    for (const choice of usedBy({ stage, kind }).toReversed()) {
      const values = valuesOf(stage, choice);
      numbers[choice] = values[rest % values.length]!;
      rest = Math.floor(rest / values.length);
    }
    return complete(kind, numbers);
  }
  throw new RangeError(`option ${index}: must be a whole number below ${countOptions(stage)}`);
}

/** The option that the definition names so. */
export function findOptionByName(stage: Stage, name: string): Option {
  const { block: kind, activation, ...own } = stage.options![name]!;
  const numbers = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const uses = USES[kind];
  const [width, stride] = [stage.width![0]!, stage.stride![0]!];
  return {
    ...complete(kind, {
      ...numbers,
      width,
      ...(uses.includes('stride') ? { stride } : {}),
      ...(activation ? { activation: ACTIVATIONS.indexOf(activation) } : {}),
    }),
    name,
  };
}

export function complete(kind: BlockKind, numbers: Partial<Record<Choice, number>>): Option {
  return { ...neutralOption(kind), ...numbers };
}

/** The option of a kind with every choice neutral. */
export function neutralOption(kind: BlockKind): Option {
  return { kind, ...NEUTRAL, stride: kind === 'reduction' ? 2 : NEUTRAL.stride };
}

/** Writes the kind and every choice that the stage leaves open. */
export function printOption(stage: Stage, option: Option): string {
  if (option.name !== undefined) return option.name;
  const open = usedBy({ stage, kind: option.kind }).filter((choice) => valuesOf(stage, choice).length > 1);
  return [option.kind, ...open.map((choice) => formatChoice(choice, option[choice]))].join('-');
}

/**
 * Reads an option. Choices may come in any order and may include those that the stage fixes. `fail` throws an
 * error that says what is wrong.
 */
export function parseOption({
  text,
  stage,
  fail,
}: {
  readonly text: string;
  readonly stage: Stage;
  readonly fail: (message: string) => never;
}): Option {
  if (stage.options) {
    if (Object.hasOwn(stage.options, text)) return findOptionByName(stage, text);
    return fail(`found "${shorten(text)}"; must be ${oneOf(Object.keys(stage.options))}`);
  }
  const [name, ...parts] = text.split('-');
  const kind = stage.block.find((kind) => kind === name);
  if (!kind) return fail(`begins with "${shorten(name!)}"; must be ${oneOf(stage.block)}`);
  const uses = usedBy({ stage, kind });
  const numbers: Partial<Record<Choice, number>> = {};
  for (const part of parts) {
    const read = readPart(part, uses);
    if (!read)
      return fail(`found "${shorten(part)}"; ${kind} has ${uses.map((c) => LETTERS[c] || c).join(', ')}`);
    const { choice, value, written } = read;
    if (numbers[choice] !== undefined) return fail(`${choice} occurs twice`);
    const values = valuesOf(stage, choice);
    // The six digits of a cell are operations, so leading zeros must be kept.
    if (!values.includes(value) || (choice === 'cell' && written !== formatCell(value)))
      return fail(
        `${choice} is ${written}; must be ${oneOf(values.map((value) => formatValue(choice, value)))}`,
      );
    numbers[choice] = value;
  }
  for (const choice of CHOICES) {
    if (!uses.includes(choice) || numbers[choice] !== undefined) continue;
    const values = valuesOf(stage, choice);
    if (values.length > 1) {
      const shown = oneOf(values.map((value) => formatValue(choice, value)));
      const letter = LETTERS[choice] ? `${LETTERS[choice]} and ` : '';
      return fail(`${choice} is missing; must be ${letter}${shown}`);
    }
    numbers[choice] = values[0]!;
  }
  return complete(kind, numbers);
}

/**
 * The choice to which a part such as `w32` or `silu` gives a value; undefined where the kind has no such
 * choice.
 */
function readPart(part: string, uses: readonly Choice[]) {
  const activation = (ACTIVATIONS as readonly string[]).indexOf(part);
  if (activation >= 0)
    return uses.includes('activation')
      ? { choice: 'activation' as const, value: activation, written: part }
      : undefined;
  const [, letters, digits] = /^([a-z]+)(\d{1,6}(?:\.\d{1,2})?)$/.exec(part) ?? [];
  const choice = uses.find((choice) => LETTERS[choice] === letters);
  return choice && { choice, value: Number(digits), written: digits! };
}

function formatChoice(choice: Choice, value: number): string {
  return `${LETTERS[choice]}${formatValue(choice, value)}`;
}

export function formatValue(choice: Choice, value: number): string {
  if (choice === 'activation') return ACTIVATIONS[value]!;
  return choice === 'cell' ? formatCell(value) : String(value);
}

/** `3`, or `one of 1, 3, 5`, for the end of a message. */
export function oneOf(values: readonly string[]): string {
  const shown = values.slice(0, 12).join(', ');
  return values.length > 1 ? `one of ${shown}${values.length > 12 ? ', ...' : ''}` : shown;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
