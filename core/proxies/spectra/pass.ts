// The WebAssembly routine that updates a symmetric matrix and multiplies it with a vector, in one pass over its lower triangle.
import { type Code, f64, i32, type Local, locals, type Routine, repeat, v128 } from '../../wasm/assembler.js';
import { GROUP, type Precision, sumOf, VECTORS, WORK, workEnd } from './precision.js';

/**
 * A -= u wᵀ + w uᵀ, then product += A next, over rows and columns below `count`. Only the lower triangle is kept, with whole
 * groups on the diagonal. Two rows are worked on at a time, so that each vector is loaded once for both.
 */
export function pass(precision: Precision): Routine<'matrix stride count work'> {
  const { bytes, vector, loadOne, storeOne, wide } = precision;
  const { u, w, next, product, size } = WORK;
  const pairs = Array.from({ length: GROUP / bytes / 2 }, (_, k) => 2 * k);
  return {
    name: `pass${precision.name}`,
    parameters: 'matrix stride count work',
    body: ({ matrix, stride, count, work }, local) => {
      const { group, end, at, first, second } = locals(local, 'i32', 'group end at first second');
      const { u1, u2, w1, w2, n1, n2, sum1, sum2, x, y, ug, wg, ng } = locals(
        local,
        'v128',
        'u1 u2 w1 w2 n1 n2 sum1 sum2 x y ug wg ng',
      );
      const updated = (row: Local, part: number, ur: Local, wr: Local): Code =>
        vector.sub(
          vector.sub(v128.load(row.get, part), vector.mul(ur.get, wg.get)),
          vector.mul(wr.get, ug.get),
        );
      /** Both rows at one vector of columns. */
      const columns = (part: number): Code => [
        ug.set(v128.load(at.get, u + part)),
        wg.set(v128.load(at.get, w + part)),
        ng.set(v128.load(at.get, next + part)),
        x.set(updated(first, part, u1, w1)),
        y.set(updated(second, part, u2, w2)),
        v128.store(first.get, x.get, part),
        v128.store(second.get, y.get, part),
        sum1.set(vector.add(sum1.get, vector.mul(x.get, ng.get))),
        sum2.set(vector.add(sum2.get, vector.mul(y.get, ng.get))),
      ];
      const transposed = (part: number): Code =>
        v128.store(
          at.get,
          vector.add(
            vector.add(v128.load(at.get, product + part), vector.mul(x.get, n1.get)),
            vector.mul(y.get, n2.get),
          ),
          product + part,
        );
      const move = (row: Local): Code => row.set(i32.add(row.get, i32.of(GROUP)));
      const total = (row: number, sum: Local): Code => [
        x.set(wide(sum.get)),
        storeOne(
          group.get,
          f64.add(loadOne(group.get, product + row * bytes), sumOf(x)),
          product + row * bytes,
        ),
      ];
      const pair = (row: number): Code => [
        u1.set(vector.loadAll(group.get, u + row * bytes)),
        u2.set(vector.loadAll(group.get, u + (row + 1) * bytes)),
        w1.set(vector.loadAll(group.get, w + row * bytes)),
        w2.set(vector.loadAll(group.get, w + (row + 1) * bytes)),
        n1.set(vector.loadAll(group.get, next + row * bytes)),
        n2.set(vector.loadAll(group.get, next + (row + 1) * bytes)),
        sum1.set(v128.zero),
        sum2.set(v128.zero),
        first.set(matrix.get),
        second.set(i32.add(matrix.get, stride.get)),
        at.set(work.get),
        repeat({
          from: at,
          to: group.get,
          step: i32.of(size),
          body: [VECTORS.map((part) => [columns(part), transposed(part)]), move(first), move(second)],
        }),
        VECTORS.map(columns),
        total(row, sum1),
        total(row + 1, sum2),
        matrix.set(i32.add(matrix.get, i32.mul(stride.get, i32.of(2)))),
      ];
      return [
        group.set(work.get),
        end.set(workEnd(precision, work.get, count.get)),
        repeat({
          from: group,
          to: end.get,
          step: i32.of(size),
          body: pairs.map(pair),
        }),
      ];
    },
  };
}
