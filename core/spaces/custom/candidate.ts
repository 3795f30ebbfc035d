// Reads, writes, draws and mutates the candidates of a custom space.

import { SpecError } from '../../errors.js';
import type { RandomKey } from '../../random/random.js';
import { type RandomStream, randomStream } from '../../random/random-stream.js';
import { neighbours } from './cells.js';
import type { Choice } from './kinds.js';
import { isWritten, type Notation, parseNotation, printNotation } from './notation.js';
import {
  complete,
  countOptions,
  findOptionByName,
  type Option,
  optionAt,
  parseOption,
  printOption,
  valuesOf,
} from './options.js';
import type { Definition } from './schema.js';
import { type Stage, usedBy } from './stage.js';
import { partsOf } from './stem.js';

/** One option for each stage of the definition, in order. */
export type Candidate = readonly Option[];

export function countCandidates(definition: Definition): bigint {
  return partsOf(definition).reduce((product, stage) => product * BigInt(countOptions(stage)), 1n);
}

/** The notation of candidates. It writes choices, so a space with one candidate does without it. */
function notationOf({ stages, notation }: Definition): Notation | undefined {
  return stages.some(isWritten) ? notation : undefined;
}

/** Writes `basic-w32-d2|bottleneck-w64-e4`, stages from first to last, or the space's own notation. */
export function printCandidate(definition: Definition, candidate: Candidate): string {
  const { stages } = definition;
  const notation = notationOf(definition);
  if (notation) return printNotation({ stages, notation, candidate });
  const parts = partsOf(definition);
  return candidate.map((option, i) => printOption(parts[i]!, option)).join('|');
}

/** Throws a SpecError that says which stage is wrong, what was found and what would be right. */
export function parseCandidate(definition: Definition, text: string): Candidate {
  const { stages } = definition;
  const notation = notationOf(definition);
  const fail = (message: string): never => {
    const shown = text.length > 120 ? `${text.slice(0, 117)}...` : text;
    throw SpecError.of({ path: '', message: `candidate "${shown}": ${message}` });
  };
  if (notation) return parseNotation({ stages, notation, text, fail });
  const written = text.split('|');
  const parts = partsOf(definition);
  const before = parts.length - stages.length;
  if (written.length !== parts.length)
    fail(
      `found ${written.length} stages joined by "|"; must be ${parts.length}${before ? ', of which the stem is the first' : ''}`,
    );
  return written.map((part, i) => {
    const place = i < before ? 'stem' : `stages[${i - before}]`;
    return parseOption({ text: part, stage: parts[i]!, fail: (message) => fail(`${place}: ${message}`) });
  });
}

/** Candidate number `index`; the last stage changes fastest. */
export function candidateAt(definition: Definition, index: number): Candidate {
  let rest = index;
  const options = partsOf(definition)
    .toReversed()
    .map((stage) => {
      const count = countOptions(stage);
      const option = optionAt(stage, rest % count);
      rest = Math.floor(rest / count);
      return option;
    });
  if (rest !== 0) throw new RangeError(`candidate ${index}: the space has ${index - rest} at most`);
  return options.toReversed();
}

/** All candidates are equally likely. */
export function randomCandidate(definition: Definition, key: RandomKey): Candidate {
  const random = randomStream(key);
  return partsOf(definition).map((stage) => optionAt(stage, random.below(countOptions(stage))));
}

interface MutateCandidateArguments {
  readonly definition: Definition;
  readonly parent: Candidate;
  readonly key: RandomKey;
  readonly mutations: number;
}

/**
 * Changes the value of one open choice, `mutations` times. The choice is drawn from all that the candidate
 * has at that point: kind, width, depth, kernel and so on of each stage, and of a cell the operation of one
 * edge. A choice that only the new kind uses gets a random value.
 */
export function mutateCandidate({ definition, parent, key, mutations }: MutateCandidateArguments): Candidate {
  const random = randomStream(key);
  const stages = partsOf(definition);
  const child = [...parent];
  for (let i = 0; i < mutations; i++) {
    const open = child.flatMap((option, s) =>
      openChoices(stages[s]!, option).map((choice) => ({ s, choice })),
    );
    // A space with a single candidate has no open choice.
    if (open.length === 0) break;
    const { s, choice } = random.pick(open);
    child[s] = changeOption({ stage: stages[s]!, option: child[s]!, choice, random });
  }
  return child;
}

function openChoices(stage: Stage, { kind }: Option): readonly (Choice | 'kind')[] {
  if (stage.options) return countOptions(stage) > 1 ? ['kind'] : [];
  const open = usedBy({ stage, kind }).filter((choice) => valuesOf(stage, choice).length > 1);
  return stage.block.length > 1 ? ['kind', ...open] : open;
}

interface ChangeOptionArguments {
  readonly stage: Stage;
  readonly option: Option;
  readonly choice: Choice | 'kind';
  readonly random: RandomStream;
}

function changeOption({ stage, option, choice, random }: ChangeOptionArguments): Option {
  if (stage.options)
    return findOptionByName(
      stage,
      random.pick(Object.keys(stage.options).filter((name) => name !== option.name)),
    );
  if (choice !== 'kind') {
    const values = valuesOf(stage, choice);
    const others =
      choice === 'cell'
        ? neighbours(values, option.cell)
        : values.filter((value) => value !== option[choice]);
    return { ...option, [choice]: random.pick(others) };
  }
  const kind = random.pick(stage.block.filter((kind) => kind !== option.kind));
  const had = usedBy({ stage, kind: option.kind });
  const kept = usedBy({ stage, kind }).map((choice) => {
    const value = had.includes(choice) ? option[choice] : random.pick(valuesOf(stage, choice));
    return [choice, value] as const;
  });
  return complete(kind, Object.fromEntries(kept));
}
