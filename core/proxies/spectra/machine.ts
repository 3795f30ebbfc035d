// Compiles the WebAssembly routines for eigenvalues once, and lays out their memory.
import { assemble } from '../../wasm/assembler.js';
import { gram } from './gram.js';
import { multiply } from './multiply.js';
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
  readonly multiply: Call;
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
    routines: [
      ...[DOUBLE, SINGLE].flatMap((precision) => [pass(precision), reflect(precision), gram(precision)]),
      multiply,
    ],
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)) as { exports: Exports };
  const machine = (precision: Precision): Machine => {
    const call = (name: string) => exports[`${name}${precision.name}`] as Call;
    return { precision, pass: call('pass'), reflect: call('reflect'), gram: call('gram') };
  };
  return {
    memory: exports.memory,
    multiply: exports[multiply.name] as Call,
    doubles: machine(DOUBLE),
    singles: machine(SINGLE),
  };
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
  const addresses = reserve({
    state: 8,
    diagonal: n * 8,
    squares: n * 8,
    work: (stride / GROUP) * WORK.size,
    matrix: (stride * stride) / precision.bytes,
    source: stride * rows,
  });
  return { stride, ...addresses };
}

/** Reserves memory of the given numbers of bytes and returns the addresses. Earlier contents are lost. */
function reserve<Name extends string>(lengths: Readonly<Record<Name, number>>): Record<Name, number> {
  let end = 0;
  const addresses = {} as Record<Name, number>;
  for (const name of Object.keys(lengths) as Name[]) {
    addresses[name] = end;
    end += Math.ceil(lengths[name] / ALIGNMENT) * ALIGNMENT;
  }
  const { memory } = compileOnce();
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return addresses;
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

/**
 * Copies n x n matrices (row-major, float32) to memory and returns for each the function that multiplies it by
 * a vector of n numbers. The functions are valid until memory is reserved again.
 */
export function multipliers(
  matrices: readonly Float32Array[],
  n: number,
): ((x: Float64Array) => Float64Array)[] {
  const single = Float32Array.BYTES_PER_ELEMENT;
  const each = n * n;
  const at = reserve({ x: n * 8, product: n * 8, matrices: matrices.length * each * single });
  const rest = (n % 4) * single;
  return matrices.map((matrix, i) => {
    const start = at.matrices + i * each * single;
    numbers(SINGLE, start, each).set(matrix);
    return (x) => {
      doubles(at.x, n).set(x);
      compileOnce().multiply(start, n * single - rest, rest, at.x, at.product, at.product + n * 8);
      return doubles(at.product, n).slice();
    };
  });
}
