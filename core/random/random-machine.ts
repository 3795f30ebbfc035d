// Defines WebAssembly routines that compute random words, normal numbers and Rademacher signs, four counters
// at a time.
import {
  assemble,
  type Code,
  f32x4,
  i32,
  i32x4,
  type Local,
  locals,
  type Routine,
  repeat,
  v128,
} from '../wasm/assembler.js';

/** Four counters are encrypted together; each yields two words. */
const GROUP_WORDS = 8;
const BYTES = 4;
/** The size of a group's words in bytes. */
const GROUP = GROUP_WORDS * BYTES;
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const PARITY = 0x1bd11bda;

/** Byte orders for shuffles, named by the words that they take from two vectors. */
const EVEN = lanes(0, 2, 4, 6);
const ODD = lanes(1, 3, 5, 7);
const FIRST = lanes(0, 4, 1, 5);
const SECOND = lanes(2, 6, 3, 7);

function lanes(...words: readonly number[]): number[] {
  return words.flatMap((word) => [0, 1, 2, 3].map((byte) => word * BYTES + byte));
}

/**
 * Threefry-2x32 with 20 rounds: encrypts the counters (start, 0), (start + 1, 0), ... under the key (k0, k1)
 * and writes them from `from` up to `to`.
 */
const words: Routine<'from to start k0 k1'> = {
  name: 'words',
  parameters: 'from to start k0 k1',
  body: ({ from, to, start, k0, k1 }, local) => {
    const { a, b, c, key0, key1, key2 } = locals(local, 'v128', 'a b c key0 key1 key2');
    const keys = [key0, key1, key2];
    const rotate = (x: Local, by: number): Code =>
      v128.or(i32x4.shiftLeft(x.get, i32.of(by)), i32x4.shiftRight(x.get, i32.of(32 - by)));
    const round = (by: number): Code => [
      a.set(i32x4.add(a.get, b.get)),
      b.set(v128.xor(rotate(b, by), a.get)),
    ];
    const rounds = [1, 2, 3, 4, 5].map((n) => [
      ROTATIONS[(n - 1) % 2]!.map(round),
      a.set(i32x4.add(a.get, keys[n % 3]!.get)),
      b.set(i32x4.add(b.get, i32x4.add(keys[(n + 1) % 3]!.get, v128.words(n, n, n, n)))),
    ]);
    return [
      key0.set(i32x4.all(k0.get)),
      key1.set(i32x4.all(k1.get)),
      key2.set(v128.xor(v128.xor(key0.get, key1.get), v128.words(PARITY, PARITY, PARITY, PARITY))),
      c.set(i32x4.add(i32x4.all(start.get), v128.words(0, 1, 2, 3))),
      repeat({
        from,
        to: to.get,
        step: i32.of(GROUP),
        body: [
          a.set(i32x4.add(c.get, key0.get)),
          b.set(key1.get),
          rounds,
          v128.store(from.get, v128.shuffle(a.get, b.get, FIRST)),
          v128.store(from.get, v128.shuffle(a.get, b.get, SECOND), GROUP / 2),
          c.set(i32x4.add(c.get, v128.words(4, 4, 4, 4))),
        ],
      }),
    ];
  },
};

/** Coefficients of (log(1 + f) - f + f² / 2) / f³ in float32, from the Cephes library (Moshier). */
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const SINE = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COSINE = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
const ROOT_HALF = 0x3f3504f3;

/**
 * Overwrites pairs of words with pairs of standard normal numbers (Box and Muller 1958) times the float32 at
 * `scale`. Logarithm, sine and cosine are polynomials in float32; since these use IEEE arithmetic alone,
 * every machine computes the same bits.
 */
const normals: Routine<'from to scale'> = {
  name: 'normals',
  parameters: 'from to scale',
  body: ({ from, to, scale }, local) => {
    const { a, b, q, e, f, z, radius, x, sine, cosine, swap } = locals(
      local,
      'v128',
      'a b q e f z radius x sine cosine swap',
    );
    const of = (value: number) => v128.floats(value, value, value, value);
    const bits = (value: number) => v128.words(value, value, value, value);
    const polynomial = (x: Local, coefficients: readonly number[]): Code =>
      coefficients.map(of).reduce((sum, coefficient) => f32x4.add(f32x4.mul(sum, x.get), coefficient));
    const times = (...factors: readonly Code[]): Code => factors.reduce((a, b) => f32x4.mul(a, b));
    const logarithm = [
      // (word + 0.5) / 2^32 is greater than 0, so its logarithm is finite.
      a.set(times(f32x4.add(f32x4.ofUnsigned(a.get), of(0.5)), of(2 ** -32))),
      e.set(i32x4.shiftRightSigned(i32x4.sub(a.get, bits(ROOT_HALF)), i32.of(23))),
      f.set(f32x4.sub(i32x4.sub(a.get, i32x4.shiftLeft(e.get, i32.of(23))), of(1))),
      e.set(f32x4.ofSigned(e.get)),
      z.set(times(f.get, f.get)),
      a.set(f32x4.sub(times(polynomial(f, LOG), f.get, z.get), times(z.get, of(0.5)))),
      a.set(f32x4.add(f32x4.add(a.get, f.get), times(e.get, of(Math.LN2)))),
    ];
    // The angle 2π word / 2^32 is split into q quarter turns and a remainder of at most an eighth of a turn.
    const turn = [
      q.set(i32x4.shiftRight(i32x4.add(b.get, bits(0x20000000)), i32.of(30))),
      x.set(
        times(
          f32x4.ofSigned(i32x4.sub(b.get, i32x4.shiftLeft(q.get, i32.of(30)))),
          of(2 * Math.PI * 2 ** -32),
        ),
      ),
      z.set(times(x.get, x.get)),
      sine.set(f32x4.add(times(polynomial(z, SINE), z.get, x.get), x.get)),
      cosine.set(
        f32x4.add(f32x4.sub(times(polynomial(z, COSINE), z.get, z.get), times(z.get, of(0.5))), of(1)),
      ),
      swap.set(i32x4.equal(v128.and(q.get, bits(1)), bits(1))),
      x.set(v128.select(sine.get, cosine.get, swap.get)),
      sine.set(v128.select(cosine.get, sine.get, swap.get)),
      cosine.set(v128.xor(x.get, i32x4.shiftLeft(v128.and(i32x4.add(q.get, bits(1)), bits(2)), i32.of(30)))),
      sine.set(v128.xor(sine.get, i32x4.shiftLeft(v128.and(q.get, bits(2)), i32.of(30)))),
    ];
    return repeat({
      from,
      to: to.get,
      step: i32.of(GROUP),
      body: [
        a.set(v128.shuffle(v128.load(from.get), v128.load(from.get, GROUP / 2), EVEN)),
        b.set(v128.shuffle(v128.load(from.get), v128.load(from.get, GROUP / 2), ODD)),
        logarithm,
        radius.set(times(f32x4.root(times(a.get, of(-2))), f32x4.loadAll(scale.get))),
        turn,
        a.set(times(radius.get, cosine.get)),
        b.set(times(radius.get, sine.get)),
        v128.store(from.get, v128.shuffle(a.get, b.get, FIRST)),
        v128.store(from.get, v128.shuffle(a.get, b.get, SECOND), GROUP / 2),
      ],
    });
  },
};

const WORD_BITS = 32;

/** Writes -1 or +1 for each bit of the words, the lowest bit first. */
const signs: Routine<'from to out'> = {
  name: 'signs',
  parameters: 'from to out',
  body: ({ from, to, out }, local) => {
    const { word, one } = locals(local, 'v128', 'word one');
    const four = (first: number): Code => {
      const masks = v128.words(
        ...([0, 1, 2, 3].map((bit) => 1 << (first + bit)) as [number, number, number, number]),
      );
      // A 0 bit of the word sets the sign bit, which yields -1.
      const missing = i32x4.equal(v128.and(word.get, masks), v128.zero);
      return v128.store(out.get, v128.or(one.get, i32x4.shiftLeft(missing, i32.of(31))), first * BYTES);
    };
    return [
      one.set(v128.floats(1, 1, 1, 1)),
      repeat({
        from,
        to: to.get,
        step: i32.of(BYTES),
        body: [
          word.set(i32x4.loadAll(from.get)),
          [0, 4, 8, 12, 16, 20, 24, 28].map(four),
          out.set(i32.add(out.get, i32.of(WORD_BITS * BYTES))),
        ],
      }),
    ];
  },
};

type Call = (...parameters: number[]) => void;
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly words: Call;
  readonly normals: Call;
  readonly signs: Call;
}
/**
 * The part of the WebAssembly API that this file uses. TypeScript declares it only in its library for
 * browsers.
 */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};
/** The most numbers computed in one call. Memory holds the scale, then the words, then the signs. */
export const MOST = 16_384;
const WORDS = 64;
const SIGNS = WORDS + MOST * BYTES;

/** The routines, with views of their memory. */
interface RandomMachine {
  readonly exports: Exports;
  readonly scale: Float32Array;
  readonly numbers: Float32Array;
  readonly integers: Uint32Array;
  readonly expanded: Float32Array;
}

let built: RandomMachine | undefined;
/** The machine is built when it is first needed, because most commands draw no numbers. */
function machine(): RandomMachine {
  built ??= buildMachine();
  return built;
}

function buildMachine(): RandomMachine {
  const module = new WebAssembly.Module(assemble({ routines: [words, normals, signs] }));
  const { exports } = new WebAssembly.Instance(module) as { exports: Exports };
  exports.memory.grow(Math.ceil((SIGNS + MOST * BYTES) / 65_536));
  const { buffer } = exports.memory;
  return {
    exports,
    scale: new Float32Array(buffer, 0, 1),
    numbers: new Float32Array(buffer, WORDS, MOST),
    integers: new Uint32Array(buffer, WORDS, MOST),
    expanded: new Float32Array(buffer, SIGNS, MOST),
  };
}

interface Row {
  readonly key: readonly [number, number];
  /** The number of the first counter. */
  readonly start: number;
  /** The number of words, at most MOST. */
  readonly length: number;
}

/** Returns the words of consecutive counters, two for each. The view is valid until the next call. */
export function wordsOf({ key, start, length }: Row): Uint32Array {
  const { exports, integers } = machine();
  exports.words(WORDS, WORDS + length * BYTES, start, ...key);
  return integers.subarray(0, length);
}

/** Returns normal numbers, one for each word. The view is valid until the next call. */
export function normalsOf({ std, ...row }: Row & { readonly std: number }): Float32Array {
  wordsOf(row);
  const { exports, scale, numbers } = machine();
  scale[0] = std;
  exports.normals(WORDS, WORDS + row.length * BYTES, 0);
  return numbers.subarray(0, row.length);
}

/** Returns `length` signs, 32 for each word. The view is valid until the next call. */
export function signsOf({ length, ...row }: Row): Float32Array {
  const count = Math.ceil(length / WORD_BITS);
  wordsOf({ ...row, length: count });
  const { exports, expanded } = machine();
  exports.signs(WORDS, WORDS + count * BYTES, SIGNS);
  return expanded.subarray(0, length);
}
