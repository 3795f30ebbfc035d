// Reorders a list so that neighbours end up far apart.

/** The number of items that are held at once. */
const BLOCK = 65_536;
/** The step as a share of the block. Multiples of the golden ratio are spread evenly over it. */
const SHARE = (Math.sqrt(5) - 1) / 2;

/**
 * Every range of the result is spread evenly over its block of the list. The order depends on the list's
 * length alone.
 */
export async function* spreadEvenly<T>(items: AsyncIterable<T>, block = BLOCK): AsyncGenerator<T> {
  let held: T[] = [];
  for await (const item of items) {
    held.push(item);
    if (held.length < block) continue;
    yield* spread(held);
    held = [];
  }
  yield* spread(held);
}

function* spread<T>(items: readonly T[]): Generator<T> {
  const { length } = items;
  let step = Math.max(1, Math.round(length * SHARE));
  while (divisor(step, length) > 1) step++;
  for (let i = 0; i < length; i++) yield items[(i * step) % length]!;
}

/** The greatest common divisor. A step that is coprime to the length visits every item once. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
