// Computes random numbers from a key (seed, draw, name): the same numbers in any process on any machine.
import { hash } from 'node:crypto';
import { MOST, normalsOf, signsOf, wordsOf } from './random-machine.js';

/** Everything that random numbers depend on; order, worker and shard have no influence. */
export interface RandomKey {
  readonly seed: number;
  readonly draw: number;
  readonly name: string;
}

/** 64 bits of SHA-256 over the key's fields. */
export function keyWords({ seed, draw, name }: RandomKey): [number, number] {
  const digest = hash('sha256', JSON.stringify([seed, draw, name]), 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/**
 * A key determines an endless sequence of numbers. A run is `length` of them, beginning with number `start`,
 * which must be even.
 */
export interface Run {
  readonly start: number;
  readonly length: number;
}

/** Splits runs into parts that fit one call; `at` is the index in the output at which a part begins. */
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

interface NormalArguments {
  readonly key: RandomKey;
  readonly length: number;
  readonly std: number;
  readonly runs?: readonly Run[];
  /** Where they are written; a new array by default. */
  readonly out?: Float32Array | undefined;
}

/**
 * Standard normal numbers times `std`, float32 (Box and Muller 1958): the first `length` of the key's
 * sequence, or those in `runs`.
 */
export function normal({
  key,
  length,
  std,
  runs = [{ start: 0, length }],
  out = new Float32Array(length),
}: NormalArguments): Float32Array {
  for (const { row, at } of partsOf(key, runs)) out.set(normalsOf({ ...row, std }), at);
  return out;
}

interface UniformArguments {
  readonly key: RandomKey;
  readonly length: number;
  readonly bound: number;
  readonly runs?: readonly Run[];
  /** Where they are written; a new array by default. */
  readonly out?: Float32Array | undefined;
}

/**
 * Uniform numbers between -bound and bound, float32: the first `length` of the key's sequence, or those in
 * `runs`.
 */
export function uniform({
  key,
  length,
  bound,
  runs = [{ start: 0, length }],
  out = new Float32Array(length),
}: UniformArguments): Float32Array {
  for (const { row, at } of partsOf(key, runs)) {
    const words = wordsOf(row);
    for (let i = 0; i < words.length; i++) out[at + i] = bound * ((words[i]! + 0.5) * 2 ** -31 - 1);
  }
  return out;
}

interface SignsArguments {
  readonly key: RandomKey;
  readonly length: number;
  /** Where they are written; a new array by default. */
  readonly out?: Float32Array | undefined;
}

/** `length` Rademacher signs, -1 or +1 with equal probability, 32 from each word. */
export function signs({ key, length, out = new Float32Array(length) }: SignsArguments): Float32Array {
  const secret = keyWords(key);
  for (let at = 0; at < length; at += MOST)
    out.set(signsOf({ key: secret, start: at / SIGNS_OF_COUNTER, length: Math.min(MOST, length - at) }), at);
  return out;
}

/** A counter yields two words, and each word 32 signs. */
const SIGNS_OF_COUNTER = 64;
