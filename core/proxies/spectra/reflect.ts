// Defines the WebAssembly routine that computes the next Householder reflection of a symmetric matrix.
import {
  type Code,
  f64,
  f64x2,
  i32,
  type Locals,
  locals,
  type Routine,
  repeat,
  v128,
  when,
} from '../../wasm/assembler.js';
import {
  GROUP,
  type Precision,
  sumOf,
  VECTORS,
  WORK,
  wholeGroups,
  workElement,
  workEnd,
} from './precision.js';

/**
 * A row whose squared length is below this counts as zero. The largest entry is about 1, and squares of
 * entries below 1e-30 would underflow.
 */
const NOTHING = 1e-60;

type Parameters = 'matrix stride count work state diagonal squares';

/** The number format and the variables of the routine. */
interface Frame {
  readonly precision: Precision;
  readonly parameters: Locals<Parameters>;
  readonly integers: Locals<'k end at row here before'>;
  readonly vectors: Locals<'sum n ug wg scales shifts us ws'>;
  readonly numbers: Locals<'scale shift last length inverse tail'>;
}

/**
 * For row `count` of the matrix: completes the vector w of the previous reflection, applies that reflection
 * to the row, and computes the reflection that reduces the row to its diagonal element and one element beside
 * it. `state` holds 2 / uᵀu. All working vectors must be 0 before the first row.
 */
export function reflect(precision: Precision): Routine<Parameters> {
  return {
    name: `reflect${precision.name}`,
    parameters: 'matrix stride count work state diagonal squares',
    body: (parameters, local) => {
      const frame: Frame = {
        precision,
        parameters,
        integers: locals(local, 'i32', 'k end at row here before'),
        vectors: locals(local, 'v128', 'sum n ug wg scales shifts us ws'),
        numbers: locals(local, 'f64', 'scale shift last length inverse tail'),
      };
      const { count, work } = parameters;
      const { end, here } = frame.integers;
      return [
        end.set(workEnd(precision, work.get, i32.add(count.get, i32.of(1)))),
        here.set(workElement(work.get, place(frame, 0))),
        finishReflection(frame),
        when(i32.less(i32.of(0), count.get), beginReflection(frame)),
      ];
    },
  };
}

/**
 * With s = 2 / uᵀu and p = A u: w = s p - (s² pᵀu / 2) u. The row becomes A - u wᵀ - w uᵀ, is written to `next`, and its last
 * element to the diagonal.
 */
function finishReflection(frame: Frame): Code {
  const { precision, parameters, integers, vectors, numbers } = frame;
  const { matrix, stride, count, state, diagonal } = parameters;
  const { row, here } = integers;
  const { sum, scales, shifts, us, ws } = vectors;
  const { scale, shift } = numbers;
  const { vector, loadOne } = precision;
  const { next, product } = WORK;
  const halfSquare = f64.mul(f64.mul(sumOf(sum), f64.mul(scale.get, scale.get)), f64.of(0.5));
  const lastOfW = f64.sub(
    f64.mul(loadOne(here.get, product), scale.get),
    f64.mul(shift.get, loadOne(here.get, next)),
  );
  return [
    clear(frame, { slot: product, from: place(frame, 1) }),
    dot(frame, product, next),
    scale.set(f64.load(state.get)),
    shift.set(halfSquare),
    us.set(vector.all(loadOne(here.get, next))),
    ws.set(vector.all(lastOfW)),
    scales.set(vector.all(scale.get)),
    shifts.set(vector.all(shift.get)),
    row.set(i32.add(matrix.get, i32.mul(count.get, stride.get))),
    forEachGroup(frame, [
      VECTORS.map((part) => updateRow(frame, part)),
      row.set(i32.add(row.get, i32.of(GROUP))),
    ]),
    f64.store(diagonal.get, loadOne(here.get, next)),
  ];
}

/** Writes one vector of u and of w, and one of the updated row. */
function updateRow({ precision: { vector }, integers, vectors }: Frame, part: number): Code {
  const { at, row } = integers;
  const { n, ug, wg, scales, shifts, us, ws } = vectors;
  const { u, w, next, product } = WORK;
  const partOfW = vector.sub(
    vector.mul(v128.load(at.get, product + part), scales.get),
    vector.mul(shifts.get, ug.get),
  );
  const reflected = vector.sub(
    vector.sub(v128.load(row.get, part), vector.mul(us.get, wg.get)),
    vector.mul(ws.get, ug.get),
  );
  return [
    ug.set(v128.load(at.get, next + part)),
    wg.set(partOfW),
    v128.store(at.get, ug.get, u + part),
    v128.store(at.get, wg.get, w + part),
    n.set(reflected),
    v128.store(at.get, n.get, next + part),
  ];
}

/**
 * Computes the next u from the row in `next`, scaled so that its squares do not underflow, and clears the
 * product.
 */
function beginReflection(frame: Frame): Code {
  const { precision, parameters, integers, vectors, numbers } = frame;
  const { work, state, squares } = parameters;
  const { at, before } = integers;
  const { sum, us } = vectors;
  const { scale, last, length, inverse, tail } = numbers;
  const { vector, loadOne, storeOne } = precision;
  const { next, product } = WORK;
  return [
    before.set(workElement(work.get, place(frame, -1))),
    last.set(loadOne(before.get, next)),
    clear(frame, { slot: next, from: place(frame, -1) }),
    dot(frame, next, next),
    tail.set(sumOf(sum)),
    f64.store(squares.get, f64.add(tail.get, f64.mul(last.get, last.get))),
    scale.set(f64.of(0)),
    inverse.set(f64.of(0)),
    when(f64.greater(tail.get, f64.of(NOTHING)), [
      length.set(f64.signed(f64.root(f64.load(squares.get)), f64.negative(last.get))),
      inverse.set(f64.div(f64.of(1), length.get)),
      scale.set(f64.div(f64.of(1), f64.sub(f64.of(1), f64.mul(last.get, inverse.get)))),
      storeOne(before.get, f64.sub(last.get, length.get), next),
    ]),
    f64.store(state.get, scale.get),
    us.set(vector.all(inverse.get)),
    forEachGroup(
      frame,
      VECTORS.map((part) => [
        v128.store(at.get, vector.mul(v128.load(at.get, next + part), us.get), next + part),
        v128.store(at.get, v128.zero, product + part),
      ]),
    ),
  ];
}

/** Runs `body` for each group of the working vectors; `at` is its offset. */
function forEachGroup({ parameters: { work }, integers: { at, end } }: Frame, body: Code): Code {
  return [at.set(work.get), repeat({ from: at, to: end.get, step: i32.of(WORK.size), body })];
}

/** The bytes from the start of the row to the element `offset` places after the diagonal. */
function place({ precision, parameters: { count } }: Frame, offset: number): Code {
  return i32.mul(i32.add(count.get, i32.of(offset)), i32.of(precision.bytes));
}

/** Sets the elements of a working vector to 0, from `from` to the end of the groups. */
function clear(
  { precision, parameters: { count, work }, integers: { k } }: Frame,
  { slot, from }: { readonly slot: number; readonly from: Code },
): Code {
  const { bytes, storeOne } = precision;
  return [
    k.set(from),
    repeat({
      from: k,
      to: wholeGroups(precision, i32.add(count.get, i32.of(1))),
      step: i32.of(bytes),
      body: storeOne(workElement(work.get, k.get), f64.of(0), slot),
    }),
  ];
}

/** Adds the products of two working vectors into two float64 partial sums. */
function dot(frame: Frame, a: number, b: number): Code {
  const { at } = frame.integers;
  const { sum } = frame.vectors;
  const products = VECTORS.map((part) =>
    frame.precision.wideProduct(v128.load(at.get, a + part), v128.load(at.get, b + part)),
  );
  return [
    sum.set(v128.zero),
    forEachGroup(
      frame,
      products.map((product) => sum.set(f64x2.add(sum.get, product))),
    ),
  ];
}
