// Defines the WebAssembly routine that updates a symmetric matrix and multiplies it by a vector, in one pass
// over its lower triangle.
import {
  type Code,
  f64,
  i32,
  type Local,
  type Locals,
  locals,
  type Routine,
  repeat,
  v128,
} from '../../wasm/assembler.js';
import { GROUP, type Precision, sumOf, VECTORS, WORK, workEnd } from './precision.js';

type Parameters = 'matrix stride count work';

/** The number format and the variables of the routine. Names that end in 1 and 2 belong to the two rows. */
interface Frame {
  readonly precision: Precision;
  readonly parameters: Locals<Parameters>;
  readonly integers: Locals<'group end at first second'>;
  readonly vectors: Locals<'u1 u2 w1 w2 n1 n2 sum1 sum2 x y ug wg ng'>;
}

/**
 * A -= u wᵀ + w uᵀ, then product += A next, over rows and columns below `count`. Only the lower triangle is
 * stored, with whole groups at the diagonal. The routine processes two rows at a time, so that each vector is
 * loaded once for both.
 */
export function pass(precision: Precision): Routine<Parameters> {
  const pairs = Array.from({ length: GROUP / precision.bytes / 2 }, (_, k) => 2 * k);
  return {
    name: `pass${precision.name}`,
    parameters: 'matrix stride count work',
    body: (parameters, local) => {
      const frame: Frame = {
        precision,
        parameters,
        integers: locals(local, 'i32', 'group end at first second'),
        vectors: locals(local, 'v128', 'u1 u2 w1 w2 n1 n2 sum1 sum2 x y ug wg ng'),
      };
      const { count, work } = parameters;
      const { group, end } = frame.integers;
      return [
        group.set(work.get),
        end.set(workEnd(precision, work.get, count.get)),
        repeat({
          from: group,
          to: end.get,
          step: i32.of(WORK.size),
          body: pairs.map((row) => passRows(frame, row)),
        }),
      ];
    },
  };
}

/** Processes rows `row` and `row` + 1 of a group. */
function passRows(frame: Frame, row: number): Code {
  const { precision, parameters, integers, vectors } = frame;
  const { matrix, stride, work } = parameters;
  const { group, at, first, second } = integers;
  const { u1, u2, w1, w2, n1, n2, sum1, sum2 } = vectors;
  const { u, w, next, size } = WORK;
  const element = (vector: number, of: number): Code =>
    precision.vector.loadAll(group.get, vector + of * precision.bytes);
  const move = (pointer: Local): Code => pointer.set(i32.add(pointer.get, i32.of(GROUP)));
  return [
    u1.set(element(u, row)),
    u2.set(element(u, row + 1)),
    w1.set(element(w, row)),
    w2.set(element(w, row + 1)),
    n1.set(element(next, row)),
    n2.set(element(next, row + 1)),
    sum1.set(v128.zero),
    sum2.set(v128.zero),
    first.set(matrix.get),
    second.set(i32.add(matrix.get, stride.get)),
    at.set(work.get),
    repeat({
      from: at,
      to: group.get,
      step: i32.of(size),
      body: [
        VECTORS.map((part) => [passColumns(frame, part), addTransposed(frame, part)]),
        move(first),
        move(second),
      ],
    }),
    VECTORS.map((part) => passColumns(frame, part)),
    addTotal(frame, { row, sum: sum1 }),
    addTotal(frame, { row: row + 1, sum: sum2 }),
    matrix.set(i32.add(matrix.get, i32.mul(stride.get, i32.of(2)))),
  ];
}

/** Updates both rows at one vector of columns, and adds their products with `next` to the sums. */
function passColumns({ precision: { vector }, integers, vectors }: Frame, part: number): Code {
  const { at, first, second } = integers;
  const { u1, u2, w1, w2, sum1, sum2, x, y, ug, wg, ng } = vectors;
  const { u, w, next } = WORK;
  const update = (row: Local, ofRow: { readonly u: Local; readonly w: Local }): Code =>
    vector.sub(
      vector.sub(v128.load(row.get, part), vector.mul(ofRow.u.get, wg.get)),
      vector.mul(ofRow.w.get, ug.get),
    );
  return [
    ug.set(v128.load(at.get, u + part)),
    wg.set(v128.load(at.get, w + part)),
    ng.set(v128.load(at.get, next + part)),
    x.set(update(first, { u: u1, w: w1 })),
    y.set(update(second, { u: u2, w: w2 })),
    v128.store(first.get, x.get, part),
    v128.store(second.get, y.get, part),
    sum1.set(vector.add(sum1.get, vector.mul(x.get, ng.get))),
    sum2.set(vector.add(sum2.get, vector.mul(y.get, ng.get))),
  ];
}

/**
 * Adds the product with the upper triangle, which is not stored: by symmetry, both rows are also its columns.
 */
function addTransposed({ precision: { vector }, integers: { at }, vectors }: Frame, part: number): Code {
  const { n1, n2, x, y } = vectors;
  const { product } = WORK;
  const sum = vector.add(
    vector.add(v128.load(at.get, product + part), vector.mul(x.get, n1.get)),
    vector.mul(y.get, n2.get),
  );
  return v128.store(at.get, sum, product + part);
}

/** Adds the sum of a row to its element of the product. */
function addTotal(
  { precision, integers: { group }, vectors: { x } }: Frame,
  { row, sum }: { readonly row: number; readonly sum: Local },
): Code {
  const { bytes, wide, loadOne, storeOne } = precision;
  const slot = WORK.product + row * bytes;
  return [x.set(wide(sum.get)), storeOne(group.get, f64.add(loadOne(group.get, slot), sumOf(x)), slot)];
}
