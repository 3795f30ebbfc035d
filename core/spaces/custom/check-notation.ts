// Finds what the notation of a custom space cannot express: choices that it leaves out, and texts with two
// readings.
import { quote } from '../../text/show.js';
import { USES } from './kinds.js';
import { isWritten, type Notation } from './notation.js';
import { valuesOf } from './options.js';
import { type Stage, usedBy } from './stage.js';
import { CHOICE_PLACES, LETTERS, partsOfStage, placesAlwaysWritten, placesOf } from './template.js';

/** The most pairs of texts that are compared, which takes some hundredths of a second. */
const MOST_PAIRS = 1_000_000;

export interface NotationIssue {
  readonly key: keyof Notation;
  readonly message: string;
}

/**
 * Undefined where every candidate has a text of its own that is read back as this candidate. `nameOf` is how
 * messages call a stage, such as `stages[2]`.
 */
export function notationIssue({
  stages,
  notation: { stage: template, separator },
  nameOf,
}: {
  readonly stages: readonly Stage[];
  readonly notation: Notation;
  readonly nameOf: (stage: number) => string;
}): NotationIssue | undefined {
  const written = stages.flatMap((stage, i) => (isWritten(stage) ? [{ stage, name: nameOf(i) }] : []));
  for (const { stage, name } of written) {
    const message = leftOut({ stage, template, name }) ?? notUsed({ stage, template, name });
    if (message) return { key: 'stage', message: `found ${quote(template)}, ${message}` };
  }
  const texts = written.map(({ stage }) => partsOfStage(stage, template).map((part) => part.texts));
  for (const [i, { name }] of written.entries()) {
    const text = twoReadings(texts[i]!);
    if (text === undefined) continue;
    const message = `found ${quote(template)}, which writes two options of ${name} as ${quote(text)}; put letters between its places`;
    return { key: 'stage', message };
  }
  const empty = mayBeLost(texts, separator);
  if (empty !== undefined) {
    const message = `found ${quote(template)}, which may write nothing for ${written[empty]!.name}; put letters outside the brackets`;
    return { key: 'stage', message };
  }
  const text = twoReadings(texts.flatMap((parts, i) => (i > 0 ? [[separator], ...parts] : parts)));
  if (text === undefined) return undefined;
  const found = separator ? `found ${quote(separator)}` : 'missing';
  const message = `${found}, and ${quote(text)} can be read in two ways; must be a character that no stage contains, such as " "`;
  return { key: 'separator', message };
}

interface WrittenStage {
  readonly stage: Stage;
  readonly template: string;
  readonly name: string;
}

/** Reports an open choice that has no place in the template. */
function leftOut({ stage, template, name }: WrittenStage): string | undefined {
  const places: readonly string[] = placesOf(template);
  if ((stage.options || stage.block.length > 1) && !places.includes('name'))
    return `which leaves out ${stage.options ? 'the option' : 'block, a choice'} of ${name}; add {name}`;
  for (const kind of stage.block)
    for (const choice of usedBy({ stage, kind })) {
      if (valuesOf(stage, choice).length === 1 || places.includes(choice)) continue;
      const hasPlace = (CHOICE_PLACES as readonly string[]).includes(choice);
      const way = hasPlace
        ? `add {${choice}}`
        : 'a notation cannot write it: give it one value, or remove notation';
      return `which leaves out ${choice}, a choice of ${name}; ${way}`;
    }
  return undefined;
}

/** Reports choices that are always written although one of the kinds never uses them. */
function notUsed({ stage, template, name }: WrittenStage): string | undefined {
  if (stage.options) return undefined;
  for (const kind of stage.block) {
    const places = placesAlwaysWritten(template).flatMap((place) =>
      place === 'name' || USES[kind].includes(place) ? [] : [place],
    );
    const bracketed = places.map((place) => `[${LETTERS[place]}{${place}}]`).join('');
    if (places.length > 0)
      return `but ${kind} in ${name} has no ${places.join(' and no ')}; put brackets around, as in ${bracketed}`;
  }
  return undefined;
}

/**
 * The stage that may write nothing where the candidate is then empty, or begins or ends with a blank, which is
 * no part of a candidate in a list; undefined where no stage may.
 */
function mayBeLost(
  stages: readonly (readonly (readonly string[])[])[],
  separator: string,
): number | undefined {
  const isEmpty = (parts: readonly (readonly string[])[]) => parts.every((texts) => texts.includes(''));
  const last = stages.length - 1;
  if (separator === '' || last < 1) return last >= 0 && stages.every(isEmpty) ? 0 : undefined;
  return separator === ' ' ? [0, last].find((stage) => isEmpty(stages[stage]!)) : undefined;
}

/**
 * The beginning of a text that two different sequences of parts give, where each part is one of its texts;
 * undefined where every text has one reading, or where there are too many texts to compare.
 */
function twoReadings(parts: readonly (readonly string[])[]): string | undefined {
  // Of two readings that differ and agree so far, what the longer one has beyond the shorter, and the shorter.
  let ahead = new Map<string, string>();
  let pairs = 0;
  let common = '';
  for (const texts of parts) {
    const next = new Map<string, string>();
    for (const [rest, shorter] of ahead)
      for (const second of texts.filter((text) => rest.startsWith(text) || text.startsWith(rest)))
        for (const first of texts) {
          pairs++;
          const longer = rest + first;
          if (longer === second) return shorter + second;
          if (longer.startsWith(second)) next.set(longer.slice(second.length), shorter + second);
          else if (second.startsWith(longer)) next.set(second.slice(longer.length), shorter + longer);
        }
    if (pairs > MOST_PAIRS) return undefined;
    const all = new Set(texts);
    for (const text of texts)
      for (let length = 0; length < text.length; length++)
        if (all.has(text.slice(0, length))) next.set(text.slice(length), common + text.slice(0, length));
    common += texts[0]!;
    ahead = next;
  }
  return undefined;
}
