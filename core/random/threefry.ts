// Implements Threefry-2x32 with 20 rounds: random words from a key and a counter (Salmon et al. 2011,
// "Parallel random numbers: as easy as 1, 2, 3").

/**
 * The number of bits by which each round rotates; the sequence repeats after eight rounds. The key is added
 * after every fourth round.
 */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const GROUPS = 5;
const PARITY = 0x1bd11bda;

export interface ThreefryOptions {
  readonly key: readonly [number, number];
  /** The number of words; each counter yields two. */
  readonly words: number;
  /** The low words of the counters are `start`, `start` + 1, ...; their high words are `high`. */
  readonly start?: number;
  readonly high?: number;
}

/** Encrypts counters under a 64-bit key. An odd number of words is rounded up. */
export function threefry({ key, words, start = 0, high = 0 }: ThreefryOptions): Uint32Array {
  const out = new Uint32Array(words + (words & 1));
  const keys = [key[0] | 0, key[1] | 0, PARITY ^ key[0] ^ key[1]];
  for (let i = 0; i < out.length; i += 2) {
    let a = (start + (i >>> 1) + keys[0]!) | 0;
    let b = (high + keys[1]!) | 0;
    for (let group = 1; group <= GROUPS; group++) {
      for (let round = 0; round < 4; round++) {
        const bits = ROTATIONS[4 * ((group - 1) & 1) + round]!;
        a = (a + b) | 0;
        b = ((b << bits) | (b >>> (32 - bits))) ^ a;
      }
      a = (a + keys[group % 3]!) | 0;
      b = (b + keys[(group + 1) % 3]! + group) | 0;
    }
    out[i] = a;
    out[i + 1] = b;
  }
  return out;
}
