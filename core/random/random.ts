// Makes random numbers from a key (seed, draw, name): the same numbers in any process on any machine.
import { createHash } from 'node:crypto';
import { MOST, normalsOf, signsOf, wordsOf } from './random-machine.js';

/** What random numbers depend on, and nothing else: not on order, worker or shard. */
export interface RandomKey {
  readonly seed: number;
  readonly draw: number;
  readonly name: string;
}

/**
 * Threefry-2x32 with 20 rounds: a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"). Encrypts counters (i, 0), i = 0, 1, ..., under a 64-bit key; answers 2 words for each counter.
 */
export function threefry({
  key,
  words,
  start = 0,
  high = 0,
}: {
  key: readonly [number, number];
  words: number;
  start?: number;
  high?: number;
}): Uint32Array {
  const out = new Uint32Array(words + (words & 1));
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  for (let i = 0; i < out.length; i += 2) {
    let a = ((start + (i >>> 1)) | 0) + k0;
    let b = (high | 0) + k1;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 1) | 0;
    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k2) | 0;
    b = (b + k0 + 2) | 0;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k0) | 0;
    b = (b + k1 + 3) | 0;
    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 4) | 0;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k2) | 0;
    b = (b + k0 + 5) | 0;
    out[i] = a;
    out[i + 1] = b;
  }
  return out;
}

/** 64 bits of SHA-256 over the key's fields. */
export function keyWords({ seed, draw, name }: RandomKey): [number, number] {
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, draw, name]))
    .digest();
  return [hash.readUInt32LE(0), hash.readUInt32LE(4)];
}

/** A key has an endless sequence of numbers. A run is `length` of them from number `start` on, which must be even. */
export interface Run {
  readonly start: number;
  readonly length: number;
}

/** Cuts runs into parts that can be made at once; `at` is where the numbers of a part go. */
function* partsOf(
  key: RandomKey,
  runs: readonly Run[],
): Generator<{ row: Parameters<typeof wordsOf>[0]; at: number }> {
  const secret = keyWords(key);
  let at = 0;
  for (const { start, length } of runs)
    for (let from = 0; from < length; from += MOST) {
      const part = Math.min(MOST, length - from);
      yield { row: { key: secret, start: (start + from) / 2, length: part }, at };
      at += part;
    }
}

/** Standard normal numbers times `std`, float32 (Box and Muller 1958): `length` of them, or those of `runs`. */
export function normal({
  key,
  length,
  std,
  runs = [{ start: 0, length }],
}: {
  key: RandomKey;
  length: number;
  std: number;
  runs?: readonly Run[];
}): Float32Array {
  const out = new Float32Array(length);
  for (const { row, at } of partsOf(key, runs)) out.set(normalsOf({ ...row, std }), at);
  return out;
}

/** Numbers uniform between -bound and bound, float32: `length` of them, or those of `runs`. */
export function uniform({
  key,
  length,
  bound,
  runs = [{ start: 0, length }],
}: {
  key: RandomKey;
  length: number;
  bound: number;
  runs?: readonly Run[];
}): Float32Array {
  const out = new Float32Array(length);
  for (const { row, at } of partsOf(key, runs)) {
    const words = wordsOf(row);
    for (let i = 0; i < words.length; i++) out[at + i] = bound * ((words[i]! + 0.5) * 2 ** -31 - 1);
  }
  return out;
}

/** `length` Rademacher signs, -1 or +1 with equal probability, 32 from each word. */
export function signs({ key, length }: { key: RandomKey; length: number }): Float32Array {
  const secret = keyWords(key);
  const out = new Float32Array(length);
  for (let at = 0; at < length; at += MOST)
    out.set(signsOf({ key: secret, start: at / SIGNS_OF_COUNTER, length: Math.min(MOST, length - at) }), at);
  return out;
}

/** 32 for each of its two words. */
const SIGNS_OF_COUNTER = 64;
