// Out: how numbers lie in the routines' memory, float64 or float32, so that each routine is written once.
import { type Code, f32x4, f64, f64x2, i32, type Local, v128 } from './assembler.js';

/** Rows and columns come in groups of four; matrices are padded to whole groups with zeros. */
export const GROUP = 4;
/** A group of the working vectors holds u, w, next and product, one behind the other. */
export const WORKING_VECTORS = 4;
/** How numbers lie in memory: what the routines need of it, so that they are written once. */
export interface Precision {
  readonly name: 'Double' | 'Single';
  readonly bytes: number;
  /** Numbers in a vector. */
  readonly lanes: number;
  readonly vector: typeof f64x2 | typeof f32x4;
  loadOne(address: Code, offset?: number): Code;
  storeOne(address: Code, value: Code, offset?: number): Code;
  /** Two partial sums in float64 of the products of two vectors; of one vector. */
  wideProduct(a: Code, b: Code): Code;
  wide(a: Code): Code;
}

export const DOUBLE: Precision = {
  name: 'Double',
  bytes: 8,
  lanes: 2,
  vector: f64x2,
  loadOne: f64.load,
  storeOne: f64.store,
  wideProduct: f64x2.mul,
  wide: (a) => a,
};

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const high = (a: Code): Code => f64x2.promote(v128.shuffle(a, a, HIGH_HALF));
export const SINGLE: Precision = {
  name: 'Single',
  bytes: 4,
  lanes: 4,
  vector: f32x4,
  loadOne: f64.loadSingle,
  storeOne: f64.storeSingle,
  wideProduct: (a, b) =>
    f64x2.add(f64x2.mul(f64x2.promote(a), f64x2.promote(b)), f64x2.mul(high(a), high(b))),
  wide: (a) => f64x2.add(f64x2.promote(a), high(a)),
};

/** Of the two lanes of a vector of float64. */
export const sumOf = (local: Local): Code => f64.add(f64x2.lane(local.get, 0), f64x2.lane(local.get, 1));

/** Offsets of the working vectors within a group, and the address of element `k` of one of them. */
export function working({ bytes }: Precision) {
  const [u, w, next, product] = [0, 1, 2, 3].map((k) => k * GROUP * bytes) as [
    number,
    number,
    number,
    number,
  ];
  const size = WORKING_VECTORS * GROUP * bytes;
  /** Byte offsets of the vectors in a group of numbers. */
  const parts = Array.from({ length: (GROUP * bytes) / 16 }, (_, k) => k * 16);
  const element = (work: Local, k: Code): Code =>
    i32.add(
      work.get,
      i32.add(
        i32.mul(i32.and(k, i32.of(-GROUP)), i32.of(WORKING_VECTORS * bytes)),
        i32.mul(i32.and(k, i32.of(GROUP - 1)), i32.of(bytes)),
      ),
    );
  return { u, w, next, product, size, parts, element };
}

/** `count` rounded up to whole groups. */
export const whole = (count: Code): Code => i32.and(i32.add(count, i32.of(GROUP - 1)), i32.of(-GROUP));
