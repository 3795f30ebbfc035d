// Assembles WebAssembly modules (2.0 with SIMD) from functions written as nested lists of opcodes.

/** Bytes in nested lists, which are flattened once at the end. */
export type Code = number | readonly Code[];
export type Type = 'i32' | 'f64' | 'v128';

const TYPES: Record<Type, number> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };
const EMPTY = 0x40;

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

type MakeLocal = (type: Type) => Local;
/** The names in a text in which single spaces separate them. */
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;
/** The local variables of a routine, by name. */
export type Locals<Names extends string> = Readonly<Record<Words<Names>, Local>>;

export interface Routine<Names extends string = string> {
  readonly name: string;
  /** The names of the parameters, all of type i32. */
  readonly parameters: Names;
  /** Returns the code of the body; `local` declares further locals. */
  body(parameters: Locals<Names>, local: MakeLocal): Code;
}

/** Locals of one type, by name. */
export function locals<Names extends string>(local: MakeLocal, type: Type, names: Names): Locals<Names> {
  return byName(names, () => local(type));
}

function byName<Names extends string>(names: Names, make: (index: number) => Local): Locals<Names> {
  return Object.fromEntries(names.split(' ').map((name, i) => [name, make(i)])) as Locals<Names>;
}

/**
 * Assembles a module that exports its memory, which the host can grow, and its routines, none of which
 * returns a value.
 */
export function assemble({ routines }: { readonly routines: readonly Routine[] }): Uint8Array<ArrayBuffer> {
  const types = routines.map(({ parameters }) => [
    0x60,
    vector(parameters.split(' ').map(() => TYPES.i32)),
    vector([]),
  ]);
  const exported = [
    [text('memory'), 0x02, encodeUnsigned(0)],
    ...routines.map(({ name }, i) => [text(name), 0x00, encodeUnsigned(i)]),
  ];
  const module: Code = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, vector(types)),
    section(3, vector(routines.map((_, i) => encodeUnsigned(i)))),
    section(5, vector([[0x00, encodeUnsigned(1)]])),
    section(7, vector(exported)),
    section(10, vector(routines.map(functionBody))),
  ];
  return Uint8Array.from(flat(module));
}

function functionBody({ parameters, body }: Routine): Code {
  const types: Type[] = [];
  const count = parameters.split(' ').length;
  const variable = (index: number): Local => ({
    get: [0x20, encodeUnsigned(index)],
    set: (value) => [value, 0x21, encodeUnsigned(index)],
  });
  const code = body(byName(parameters, variable), (type) => variable(count + types.push(type) - 1));
  return prefixWithSize([vector(types.map((type) => [encodeUnsigned(1), TYPES[type]])), code, 0x0b]);
}

interface RepeatArguments {
  readonly from: Local;
  readonly to: Code;
  readonly step: Code;
  readonly body: Code;
}

/** Repeats `body` while `from` < `to`, both i32; adds `step` to `from` after each turn. */
export function repeat({ from, to, step, body }: RepeatArguments): Code {
  const again = i32.less(from.get, to);
  return when(again, [0x03, EMPTY, body, from.set(i32.add(from.get, step)), again, 0x0d, 0, 0x0b]);
}

/** Runs `then` where the i32 is not 0, else `otherwise`. */
export function when(condition: Code, then: Code, otherwise: Code = []): Code {
  return [condition, 0x04, EMPTY, then, 0x05, otherwise, 0x0b];
}

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const unary =
  (opcode: number) =>
  (a: Code): Code => [a, opcode];

export const i32 = {
  of: (value: number): Code => [0x41, encodeSigned(value)],
  less: binary(0x48),
  and: binary(0x71),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
};

export const f64 = {
  of: (value: number): Code => [0x44, [...new Uint8Array(Float64Array.of(value).buffer)]],
  load: (address: Code, offset = 0): Code => [address, 0x2b, 3, encodeUnsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x39, 3, encodeUnsigned(offset)],
  loadSingle: (address: Code, offset = 0): Code => [address, 0x2a, 2, encodeUnsigned(offset), 0xbb],
  storeSingle: (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    0xb6,
    [0x38, 2, encodeUnsigned(offset)],
  ],
  greater: binary(0x64),
  root: unary(0x9f),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  /** Copies the sign of the second operand to the first (copysign). */
  signed: binary(0xa6),
  negative: unary(0x9a),
};

const simd =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [operands, 0xfd, encodeUnsigned(opcode)];
const access =
  (opcode: number, alignment: number) =>
  (address: Code, offset = 0): Code => [
    address,
    0xfd,
    encodeUnsigned(opcode),
    alignment,
    encodeUnsigned(offset),
  ];

export const v128 = {
  zero: [0xfd, encodeUnsigned(0x0c), Array<number>(16).fill(0)] as Code,
  load: access(0x00, 4),
  store: (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    [0xfd, encodeUnsigned(0x0b), 4, encodeUnsigned(offset)],
  ],
  /** Selects 16 bytes of two vectors, whose bytes are numbered 0 to 31. */
  shuffle: (a: Code, b: Code, bytes: readonly number[]): Code => [a, b, 0xfd, encodeUnsigned(0x0d), bytes],
  words: (...four: Four): Code => [
    0xfd,
    encodeUnsigned(0x0c),
    [...new Uint8Array(Int32Array.from(four).buffer)],
  ],
  floats: (...four: Four): Code => [
    0xfd,
    encodeUnsigned(0x0c),
    [...new Uint8Array(Float32Array.from(four).buffer)],
  ],
  and: simd(0x4e),
  or: simd(0x50),
  xor: simd(0x51),
  /** Takes bits of `one` where the mask is set, and bits of `other` elsewhere. */
  select: (one: Code, other: Code, mask: Code): Code => [one, other, mask, 0xfd, encodeUnsigned(0x52)],
};

type Four = readonly [number, number, number, number];

/** Vectors of four int32. */
export const i32x4 = {
  loadAll: access(0x09, 2),
  /** Sets all lanes to an i32. */
  all: simd(0x11),
  equal: simd(0x37),
  /** Shifts by an i32 number of bits; to the right with zeros or with copies of the sign bit. */
  shiftLeft: simd(0xab),
  shiftRight: simd(0xad),
  shiftRightSigned: simd(0xac),
  add: simd(0xae),
  sub: simd(0xb1),
};

/** Vectors of two float64. */
export const f64x2 = {
  loadAll: access(0x0a, 3),
  all: simd(0x14),
  lane: (a: Code, lane: number): Code => [a, 0xfd, encodeUnsigned(0x21), lane],
  add: simd(0xf0),
  sub: simd(0xf1),
  mul: simd(0xf2),
  /** Converts the first two of four float32 to float64. */
  promote: simd(0x5f),
};

/** Vectors of four float32. */
export const f32x4 = {
  loadAll: access(0x09, 2),
  /** Sets all lanes to a float64, rounded to float32. */
  all: (a: Code): Code => [a, 0xb6, 0xfd, encodeUnsigned(0x13)],
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  root: simd(0xe3),
  /** Converts signed or unsigned int32 to float32. */
  ofSigned: simd(0xfa),
  ofUnsigned: simd(0xfb),
};

function section(id: number, content: Code): Code {
  return [id, prefixWithSize(content)];
}

function prefixWithSize(content: Code): Code {
  const bytes = flat(content);
  return [encodeUnsigned(bytes.length), bytes];
}

function vector(items: readonly Code[]): Code {
  return [encodeUnsigned(items.length), items];
}

function text(value: string): Code {
  return vector([...value].map((letter) => letter.charCodeAt(0)));
}

/** LEB128 encoding of an unsigned number. */
function encodeUnsigned(value: number): Code {
  return value < 128 ? value : [(value & 127) | 128, encodeUnsigned(value >>> 7)];
}

function encodeSigned(value: number): Code {
  return value >= -64 && value < 64 ? value & 127 : [(value & 127) | 128, encodeSigned(value >> 7)];
}

function flat(code: Code): number[] {
  const out: number[] = [];
  const walk = (part: Code): void => {
    if (typeof part === 'number') out.push(part);
    else for (const each of part) walk(each);
  };
  walk(code);
  return out;
}
