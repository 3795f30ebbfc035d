// Yields the whole numbers below a size in a random order that a key determines.
import { TerminalError } from '../errors.js';
import { keyWords, type RandomKey } from './random.js';
import { threefry } from './threefry.js';

/** A larger range is ordered by a permutation that needs no memory. */
const REMEMBERED = 2 ** 22;
const BLOCK = 4096;
const ROUNDS = 6;

export function shuffle({
  key,
  size,
}: {
  readonly key: RandomKey;
  readonly size: number;
}): Generator<number> {
  return size <= REMEMBERED ? shuffleInMemory({ key, size }) : permute({ key, size });
}

/** A keyed Fisher-Yates shuffle that remembers what it has drawn. */
function* shuffleInMemory({
  key,
  size,
}: {
  readonly key: RandomKey;
  readonly size: number;
}): Generator<number> {
  const words = keyWords(key);
  const moved = new Map<number, number>();
  let block: Uint32Array = new Uint32Array(0);
  for (let i = 0; i < size; i++) {
    if (i % BLOCK === 0) block = threefry({ key: words, words: 2 * BLOCK, start: i });
    const [high, low] = [block[2 * (i % BLOCK)]!, block[2 * (i % BLOCK) + 1]!];
    // The choice uses 53 random bits, so the bias of the remainder is below 2^-20 for any size that fits an
    // array.
    const j = i + ((high * 2 ** 21 + (low >>> 11)) % (size - i));
    yield moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
  }
}

/**
 * A Feistel network over the least even number of bits that holds `size` (Luby and Rackoff 1988), its round function
 * threefry; a number beyond `size` is encrypted again until it falls below (cycle walking, Black and Rogaway 2002).
 */
export function* permute({
  key,
  size,
}: {
  readonly key: RandomKey;
  readonly size: number;
}): Generator<number> {
  if (size > Number.MAX_SAFE_INTEGER / 4)
    throw new TerminalError({
      code: 'too-many-drawn',
      message: `cannot shuffle ${size} numbers; at most 2^51`,
    });
  const words = keyWords(key);
  const half = 2 ** Math.ceil(Math.ceil(Math.log2(size)) / 2);
  const encrypt = (value: number): number => {
    let left = Math.floor(value / half);
    let right = value % half;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = threefry({ key: words, words: 2, start: right, high: round + 1 })[0]! % half;
      [left, right] = [right, (left ^ mixed) >>> 0];
    }
    return left * half + right;
  };
  for (let i = 0; i < size; i++) {
    let value = encrypt(i);
    while (value >= size) value = encrypt(value);
    yield value;
  }
}

/** The first `count` numbers of the order. */
export function sample({
  key,
  count,
  size,
}: {
  readonly key: RandomKey;
  readonly count: number;
  readonly size: number;
}): number[] {
  if (count > size)
    throw new TerminalError({ code: 'too-many-drawn', message: `cannot draw ${count} distinct of ${size}` });
  const numbers = shuffle({ key, size });
  return Array.from({ length: count }, () => numbers.next().value);
}
