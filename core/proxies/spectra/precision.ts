// Describes the memory layout of float64 and float32 numbers, so that each routine is written once for both.
import { type Code, f32x4, f64, f64x2, i32, type Local, v128 } from '../../wasm/assembler.js';

/**
 * Rows and columns are stored in groups of 32 bytes, or two vectors; matrices are padded to whole groups with
 * zeros.
 */
export const GROUP = 32;
/** The byte offsets of the vectors in a group. */
export const VECTORS = [0, 16] as const;
/**
 * The byte offsets in a group of the four working vectors, which are interleaved: u, w, next and product of
 * one group, then of the next group.
 */
export const WORK = { u: 0, w: GROUP, next: 2 * GROUP, product: 3 * GROUP, size: 4 * GROUP } as const;

/** The properties of a number format that the routines depend on. */
export interface Precision {
  readonly name: 'Double' | 'Single';
  readonly bytes: number;
  readonly vector: typeof f64x2 | typeof f32x4;
  loadOne(address: Code, offset?: number): Code;
  storeOne(address: Code, value: Code, offset?: number): Code;
  /** Multiplies two vectors and adds the products into two float64 partial sums. */
  wideProduct(a: Code, b: Code): Code;
  /** Adds the numbers of one vector into two float64 partial sums. */
  wide(a: Code): Code;
}

export const DOUBLE: Precision = {
  name: 'Double',
  bytes: 8,
  vector: f64x2,
  loadOne: f64.load,
  storeOne: f64.store,
  wideProduct: f64x2.mul,
  wide: (a) => a,
};

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
/** Converts the last two of four float32 to float64. */
export const promoteHigh = (a: Code): Code => f64x2.promote(v128.shuffle(a, a, HIGH_HALF));
export const SINGLE: Precision = {
  name: 'Single',
  bytes: 4,
  vector: f32x4,
  loadOne: f64.loadSingle,
  storeOne: f64.storeSingle,
  wideProduct: (a, b) =>
    f64x2.add(f64x2.mul(f64x2.promote(a), f64x2.promote(b)), f64x2.mul(promoteHigh(a), promoteHigh(b))),
  wide: (a) => f64x2.add(f64x2.promote(a), promoteHigh(a)),
};

/** Adds the two lanes of a float64 vector. */
export const sumOf = (local: Local): Code => f64.add(f64x2.lane(local.get, 0), f64x2.lane(local.get, 1));

/** The bytes of `count` numbers, rounded up to whole groups. */
export const wholeGroups = ({ bytes }: Precision, count: Code): Code =>
  i32.and(i32.add(i32.mul(count, i32.of(bytes)), i32.of(GROUP - 1)), i32.of(-GROUP));

/** The address after working vectors of `count` numbers each. */
export const workEnd = (precision: Precision, work: Code, count: Code): Code =>
  i32.add(work, i32.mul(wholeGroups(precision, count), i32.of(WORK.size / GROUP)));

/**
 * The address in vector u of the number that is `at` bytes from the start of a row. The other working vectors
 * lie at fixed offsets from it.
 */
export function workElement(work: Code, at: Code): Code {
  const group = i32.mul(i32.and(at, i32.of(-GROUP)), i32.of(WORK.size / GROUP));
  return i32.add(work, i32.add(group, i32.and(at, i32.of(GROUP - 1))));
}
