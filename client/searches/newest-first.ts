// Orders rows of Temporal's list by their start. Temporal lists what runs first, and then what ended last, so that
// a run that began late and ended early comes after older ones.

export interface Times {
  readonly id: string;
  /** ISO 8601. */
  readonly started: string;
  /** ISO 8601; null while it runs. */
  readonly ended: string | null;
}

/**
 * The rows by their start, the newest first, and by id in falling order where starts are equal. A row is passed on as
 * soon as no later one can be newer: what is not read yet ended no later than what was read, and began before its end.
 * The first rows are therefore known when all that run have been read, and few others.
 */
export async function* newestFirst<T extends Times>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  // The oldest is at the beginning, so that the newest is taken from the end.
  const held: T[] = [];
  for await (const row of rows) {
    for (let newest = held.at(-1); row.ended !== null && newest; newest = held.at(-1)) {
      if (newest.started <= row.ended) break;
      held.pop();
      yield newest;
    }
    held.splice(placeOf(row, held), 0, row);
  }
  yield* held.reverse();
}

/** The index before which all are older. */
function placeOf<T extends Times>(row: T, held: readonly T[]): number {
  let [low, high] = [0, held.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isOlder(held[middle]!, row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isOlder(a: Times, b: Times): boolean {
  return a.started === b.started ? a.id < b.id : a.started < b.started;
}
