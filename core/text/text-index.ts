// Numbers texts by first appearance, in at most 32 bytes a text, whatever its length.
import { hash } from 'node:crypto';

export interface TextIndex {
  readonly size: number;
  /** Undefined for a text that was not added. */
  numberOf(text: string): number | undefined;
  /** The number of the text; the next one, where it is new. */
  add(text: string): { readonly number: number; readonly isNew: boolean };
}

const WORDS = 3;
const FULLEST = 0.75;

/**
 * A hash table of the first 96 bits of SHA-256 in typed arrays: a Map of the texts themselves would take ten times the
 * memory. Two of ten million texts share 96 bits with a probability below 1e-15.
 */
export function createTextIndex({ slots = 1024 }: { readonly slots?: number } = {}): TextIndex {
  let size = 0;
  let digests = new Uint32Array(WORDS * slots);
  /** Number + 1; 0 where the slot is free. */
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

/** The first 96 bits. */
type Digest = readonly [number, number, number];

function digestOf(text: string): Digest {
  const bytes = hash('sha256', JSON.stringify(text), 'buffer');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
}
