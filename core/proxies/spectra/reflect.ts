// The WebAssembly routine that makes the next Householder reflection of a symmetric matrix.
import {
  type Code,
  f64,
  f64x2,
  i32,
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

/** Squared length below which a row counts as zero: the largest entry is about 1, and squares of entries below 1e-30 would underflow. */
const NOTHING = 1e-60;

/**
 * For row `count` of the matrix: finishes the vector w of the reflection before it, applies that reflection to the row, and
 * makes the reflection that reduces the row to its diagonal element and one element beside it. `state` holds 2 / uᵀu. All
 * working vectors must be 0 before the first row.
 */
export function reflect(precision: Precision): Routine<'matrix stride count work state diagonal squares'> {
  const { bytes, vector, loadOne, storeOne, wideProduct } = precision;
  const { u, w, next, product, size } = WORK;
  return {
    name: `reflect${precision.name}`,
    parameters: 'matrix stride count work state diagonal squares',
    body: ({ matrix, stride, count, work, state, diagonal, squares }, local) => {
      const { k, end, at, row, here, before } = locals(local, 'i32', 'k end at row here before');
      const { sum, n, ug, wg, scales, shifts, us, ws } = locals(
        local,
        'v128',
        'sum n ug wg scales shifts us ws',
      );
      const { scale, shift, last, length, inverse, tail } = locals(
        local,
        'f64',
        'scale shift last length inverse tail',
      );
      const all = (body: Code): Code => [
        at.set(work.get),
        repeat({ from: at, to: end.get, step: i32.of(size), body }),
      ];
      /** Bytes from the start of the row to the element `offset` places after the diagonal. */
      const place = (offset: number): Code => i32.mul(i32.add(count.get, i32.of(offset)), i32.of(bytes));
      /** Elements from `from` to the end of the groups become 0. */
      const clear = (slot: number, from: Code): Code => [
        k.set(from),
        repeat({
          from: k,
          to: wholeGroups(precision, i32.add(count.get, i32.of(1))),
          step: i32.of(bytes),
          body: storeOne(workElement(work.get, k.get), f64.of(0), slot),
        }),
      ];
      const dot = (a: number, b: number): Code => [
        sum.set(v128.zero),
        all(
          VECTORS.map((part) =>
            sum.set(
              f64x2.add(sum.get, wideProduct(v128.load(at.get, a + part), v128.load(at.get, b + part))),
            ),
          ),
        ),
      ];
      const finish = [
        clear(product, place(1)),
        dot(product, next),
        scale.set(f64.load(state.get)),
        shift.set(f64.mul(f64.mul(sumOf(sum), f64.mul(scale.get, scale.get)), f64.of(0.5))),
        us.set(vector.all(loadOne(here.get, next))),
        ws.set(
          vector.all(
            f64.sub(
              f64.mul(loadOne(here.get, product), scale.get),
              f64.mul(shift.get, loadOne(here.get, next)),
            ),
          ),
        ),
        scales.set(vector.all(scale.get)),
        shifts.set(vector.all(shift.get)),
        row.set(i32.add(matrix.get, i32.mul(count.get, stride.get))),
        all([
          VECTORS.map((part) => [
            ug.set(v128.load(at.get, next + part)),
            wg.set(
              vector.sub(
                vector.mul(v128.load(at.get, product + part), scales.get),
                vector.mul(shifts.get, ug.get),
              ),
            ),
            v128.store(at.get, ug.get, u + part),
            v128.store(at.get, wg.get, w + part),
            n.set(
              vector.sub(
                vector.sub(v128.load(row.get, part), vector.mul(us.get, wg.get)),
                vector.mul(ws.get, ug.get),
              ),
            ),
            v128.store(at.get, n.get, next + part),
          ]),
          row.set(i32.add(row.get, i32.of(GROUP))),
        ]),
        f64.store(diagonal.get, loadOne(here.get, next)),
      ];
      const begin = [
        before.set(workElement(work.get, place(-1))),
        last.set(loadOne(before.get, next)),
        clear(next, place(-1)),
        dot(next, next),
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
        all(
          VECTORS.map((part) => [
            v128.store(at.get, vector.mul(v128.load(at.get, next + part), us.get), next + part),
            v128.store(at.get, v128.zero, product + part),
          ]),
        ),
      ];
      return [
        end.set(workEnd(precision, work.get, i32.add(count.get, i32.of(1)))),
        here.set(workElement(work.get, place(0))),
        finish,
        when(i32.less(i32.of(0), count.get), begin),
      ];
    },
  };
}
