// Stores facts whose subjects hold an unreadable message in other places, and lists the places in which a
// fact may be.
import { type Fact, putFacts } from './facts.js';
import type { Link } from './link.js';
import { createNatsError } from './nats-error.js';
import { readLast } from './read-last.js';
import type { PutOutcome } from './store.js';

/**
 * A bit that flips on the server's disk makes a message unreadable, but its subject remains taken:
 * nats-server answers "maximum messages per subject exceeded" to a put, purges nothing by that subject, and
 * deletes nothing by its sequence number (docs/decisions/0024-damaged-facts.md). Such a fact is stored again
 * in its next place, which is another subject.
 */
const PLACES = 4;
/** The number of subjects in one request; the server accepts 1,024. */
const SUBJECTS_AT_ONCE = 1_000;

/** `place` 0 is the subject itself. */
export function placeOf(subject: string, place: number): string {
  return place === 0 ? subject : `${subject}-${place}`;
}

/** The places of a fact other than its subject. */
export function listOtherPlaces(subject: string): readonly string[] {
  return Array.from({ length: PLACES - 1 }, (_, i) => placeOf(subject, i + 1));
}

/** The names in the bucket under which a blob may be stored. */
export function namesOf(digest: string): readonly string[] {
  return [digest, ...listOtherPlaces(digest)];
}

/** The digest to which this place belongs, or the name itself. */
export function digestOfName(name: string): string {
  return name.replace(/^([0-9a-f]{64})-\d$/, '$1');
}

/** The subject to which this place belongs. */
export function subjectOfPlace(place: string): string {
  return place.replace(/(?<=\.[^.]{22})-\d$/, '');
}

export interface PlacedFact extends Fact {
  /** Whether a text that was found in one of the places is the same fact. It must not throw. */
  readonly holds: (text: string) => boolean;
}

interface Put {
  readonly link: Link;
  readonly stream: string;
  readonly describe: string;
  readonly facts: readonly PlacedFact[];
  readonly isOwnFact: (json: string) => boolean;
}

/**
 * Like `putFacts`, but a message that exists and is unreadable or is something else is left alone, and the
 * fact is put into its next place.
 */
export async function putPlaced(given: Put): Promise<PutOutcome[]> {
  const { link, stream, facts } = given;
  const outcomes = new Array<PutOutcome>(facts.length).fill('existed');
  let open = facts.map((fact, index) => ({ fact, index, subject: fact.subject }));
  for (let place = 0; place < PLACES; place++) {
    const placed = open.map(({ fact, index }) => ({
      fact,
      index,
      subject: placeOf(fact.subject, place),
    }));
    const answers = await putFacts({
      ...given,
      facts: placed.map(({ fact, subject }) => ({ subject, json: fact.json })),
    });
    for (const [i, { index }] of placed.entries()) outcomes[index] = answers[i]!;
    open = await unreadable({ ...given, placed: placed.filter((_, i) => answers[i] === 'existed') });
    for (const { subject } of open)
      link.onDamage({ stream, subject, why: 'is taken and cannot be read; stored in its next place' });
    if (open.length === 0) return outcomes;
  }
  throw createNatsError(link.address, {
    reason: 'damaged-data',
    fault: `${open[0]!.fact.subject} and its ${PLACES - 1} other places on stream ${stream} are damaged.`,
    advice: { code: 'repair-store', text: 'The store has to be repaired.' },
  });
}

interface Placed {
  readonly fact: PlacedFact;
  readonly index: number;
  readonly subject: string;
}

/** Those that hold no such fact according to the stream's leader; a replica may lag behind. */
async function unreadable(
  given: Omit<Put, 'facts'> & { readonly placed: readonly Placed[] },
): Promise<Placed[]> {
  const { link, stream, describe, placed } = given;
  const found = new Set<string>();
  for (let at = 0; at < placed.length; at += SUBJECTS_AT_ONCE) {
    const asked = placed.slice(at, at + SUBJECTS_AT_ONCE);
    const facts = new Map(asked.map(({ subject, fact }) => [subject, fact]));
    const { held } = await readLast({ link, stream, describe, subjects: [...facts.keys()] });
    for (const { text, subject } of held) if (facts.get(subject())?.holds(text)) found.add(subject());
  }
  const left: Placed[] = [];
  for (const one of placed) {
    if (found.has(one.subject)) continue;
    const told = await link.call(describe, () =>
      link.jsm.streams.getMessage(stream, { last_by_subj: one.subject }),
    );
    if (told === null || !one.fact.holds(told.string())) left.push(one);
  }
  return left;
}
