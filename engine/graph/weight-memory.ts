// Memory for the weights of one block after the other.

/**
 * Arrays in which the weights of a block are drawn, and after its run those of later blocks. New arrays would
 * count towards V8's limit of external memory, so V8 would mark its heap for every block of a transformer.
 */
export interface WeightMemory {
  /** An array of this length that no run reads, if there is one. */
  take(length: number): Float32Array | undefined;
  /** Remembers an array that the next run reads, and returns it. */
  keep(array: Float32Array): Float32Array;
  /** To be called after a run, which has read all that was kept. */
  free(): void;
}

export function createWeightMemory(): WeightMemory {
  const spare = new Map<number, Float32Array[]>();
  let kept: Float32Array[] = [];
  return {
    take: (length) => spare.get(length)?.pop(),
    keep: (array) => {
      kept.push(array);
      return array;
    },
    free: () => {
      for (const array of kept) {
        const others = spare.get(array.length);
        if (others) others.push(array);
        else spare.set(array.length, [array]);
      }
      kept = [];
    },
  };
}
