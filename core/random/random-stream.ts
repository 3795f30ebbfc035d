// Makes a stream of random choices from a key, the same in any process on any machine.
import { keyWords, type RandomKey } from './random.js';
import { threefry } from './threefry.js';

/** The number of words computed at once. */
const CHUNK = 64;

export interface RandomStream {
  /** A whole number from 0 to n - 1, all equally likely. */
  below(n: number): number;
  /** One of the items, all equally likely. */
  pick<T>(items: readonly T[]): T;
  /** One of the items that are not `item`, all equally likely. */
  pickOther<T>(items: readonly T[], item: T): T;
}

/** Returns a stream of random choices. Their number need not be known in advance. */
export function randomStream(key: RandomKey): RandomStream {
  const words = keyWords(key);
  let start = 0;
  let chunk: Uint32Array = new Uint32Array(0);
  let used = 0;
  const next = (): number => {
    if (used === chunk.length) {
      chunk = threefry({ key: words, words: CHUNK, start });
      start += CHUNK / 2;
      used = 0;
    }
    return chunk[used++]!;
  };
  // The choice uses 53 random bits, so the bias of the remainder is below 2^-21 for any n up to 2^32.
  const below = (n: number): number => (next() * 2 ** 21 + (next() >>> 11)) % n;
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  return { below, pick, pickOther: (items, item) => pick(items.filter((each) => each !== item)) };
}
