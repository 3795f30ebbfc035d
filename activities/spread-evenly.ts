// Puts a list into another order, in which items that were near each other are far apart.

/** Items that are held at once. */
const BLOCK = 65_536;
/** Steps of this share of a block, the golden ratio, spread evenly over it. */
const SHARE = (Math.sqrt(5) - 1) / 2;

/** Any range of what comes out is spread evenly over its block; always the same order for the same list. */
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

/** Greatest common divisor: a step that has no divisor in common with the length visits every item once. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
