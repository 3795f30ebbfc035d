// Numbers texts by first appearance, using 21 to 43 bytes for each of many texts, whatever its length.
import { hash } from 'node:crypto';

export interface TextIndex {
  readonly size: number;
  /** The number of a text; undefined if it was not added. */
  numberOf(text: string): number | undefined;
  /** Returns the number of the text; a new text gets the next number. */
  add(text: string): { readonly number: number; readonly isNew: boolean };
}

const WORDS = 3;
const FULLEST = 0.75;

/**
 * A hash table in typed arrays of the first 96 bits of SHA-256. A Map of the texts themselves would take ten
 * times the memory. Among ten million texts, the probability that two share 96 bits is below 1e-15.
 */
export function createTextIndex({ slots = 1024 }: { readonly slots?: number } = {}): TextIndex {
  let size = 0;
  let digests = new Uint32Array(WORDS * slots);
  /** The number plus 1; 0 marks a free slot. */
  let numbers = new Uint32Array(slots);

  const slotOf = ([a, b, c]: Digest): number => {
    const mask = numbers.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = WORDS * slot;
      if (numbers[slot] === 0) return slot;
      if (digests[at] === a && digests[at + 1] === b && digests[at + 2] === c) return slot;
    }
  };
  const place = (digest: Digest, number: number): void => {
    const slot = slotOf(digest);
    digests.set(digest, WORDS * slot);
    numbers[slot] = number + 1;
  };
  const grow = (): void => {
    const old = { digests, numbers };
    digests = new Uint32Array(2 * digests.length);
    numbers = new Uint32Array(2 * numbers.length);
    for (let slot = 0; slot < old.numbers.length; slot += 1) {
      const at = WORDS * slot;
      const number = old.numbers[slot]!;
      const digest: Digest = [old.digests[at]!, old.digests[at + 1]!, old.digests[at + 2]!];
      if (number > 0) place(digest, number - 1);
    }
  };

  return {
    get size() {
      return size;
    },
    numberOf: (text) => {
      const number = numbers[slotOf(digestOf(text))]!;
      return number === 0 ? undefined : number - 1;
    },
    add: (text) => {
      const digest = digestOf(text);
      const known = numbers[slotOf(digest)]!;
      if (known > 0) return { number: known - 1, isNew: false };
      if (size + 1 > FULLEST * numbers.length) grow();
      place(digest, size);
      size += 1;
      return { number: size - 1, isNew: true };
    },
  };
}

/** The first 96 bits of a digest. */
type Digest = readonly [number, number, number];

function digestOf(text: string): Digest {
  const bytes = hash('sha256', JSON.stringify(text), 'buffer');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
}
