// Compiles the WebAssembly routines for eigenvalues once, and lays out their memory.
import { assemble } from '../../wasm/assembler.js';
import { gram } from './gram.js';
import { pass } from './pass.js';
import { DOUBLE, GROUP, type Precision, SINGLE, WORK } from './precision.js';
import { reflect } from './reflect.js';

type Call = (...addresses: number[]) => void;
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Exports {
  readonly memory: Memory;
  readonly [routine: string]: unknown;
}
/**
 * The part of the WebAssembly API that this file uses. TypeScript declares it only in its library for
 * browsers.
 */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const PAGE = 65_536;
const ALIGNMENT = 64;

export interface Machine {
  readonly precision: Precision;
  readonly pass: Call;
  readonly reflect: Call;
  readonly gram: Call;
}

interface Compiled {
  readonly memory: Memory;
  readonly doubles: Machine;
  readonly singles: Machine;
}

let found: Compiled | undefined;
/** The routines are compiled when they are first needed, because only scorers compute eigenvalues. */
function compileOnce(): Compiled {
  found ??= compile();
  return found;
}

function compile(): Compiled {
  const bytes = assemble({
    routines: [DOUBLE, SINGLE].flatMap((precision) => [pass(precision), reflect(precision), gram(precision)]),
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)) as { exports: Exports };
  const machine = (precision: Precision): Machine => {
    const call = (name: string) => exports[`${name}${precision.name}`] as Call;
    return { precision, pass: call('pass'), reflect: call('reflect'), gram: call('gram') };
  };
  return { memory: exports.memory, doubles: machine(DOUBLE), singles: machine(SINGLE) };
}

/**
 * Float64 up to a size, and float32 above it, which takes half the time with errors of about 1e-6 of the
 * largest value, as LAPACK's float32 routines have.
 */
export const machineFor = ({
  n,
  doubleUpTo,
}: {
  readonly n: number;
  readonly doubleUpTo: number;
}): Machine => (n <= doubleUpTo ? compileOnce().doubles : compileOnce().singles);

/** Addresses in memory, in bytes. */
export interface Places {
  readonly state: number;
  readonly diagonal: number;
  readonly squares: number;
  readonly work: number;
  readonly matrix: number;
  /** The number of bytes of a row of the matrix. */
  readonly stride: number;
  /** The address of the matrix whose Gram matrix is written to `matrix`. */
  readonly source: number;
}

/** Reserves memory for an n x n matrix, and for another one of `rows` x n. Earlier contents are lost. */
export function places({
  machine: { precision },
  n,
  rows = 0,
}: {
  readonly machine: Machine;
  readonly n: number;
  readonly rows?: number;
}): Places {
  const stride = Math.ceil((n * precision.bytes) / GROUP) * GROUP;
  let end = 0;
  const room = (length: number): number => {
    const start = end;
    end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const found = {
    stride,
    state: room(8),
    diagonal: room(n * 8),
    squares: room(n * 8),
    work: room((stride / GROUP) * WORK.size),
    matrix: room((stride * stride) / precision.bytes),
    source: room(stride * rows),
  };
  const { memory } = compileOnce();
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return found;
}

/** A view of numbers in memory, valid until the next call of `places`, which may move the memory. */
export function numbers(
  { bytes: each }: Precision,
  start: number,
  length: number,
): Float64Array | Float32Array {
  const { buffer } = compileOnce().memory;
  return each === 8 ? new Float64Array(buffer, start, length) : new Float32Array(buffer, start, length);
}

export function doubles(start: number, length: number): Float64Array {
  return new Float64Array(compileOnce().memory.buffer, start, length);
}
