// Keeps the memory in which the tensors of one program of a network are drawn, for those of the next one.

/**
 * Arrays in which the tensors of a program are drawn, and after its run those of later programs and networks. New
 * arrays would be filled with zeros first and count towards V8's limit of external memory, so V8 would mark its heap
 * several times for each network.
 */
export interface DrawnMemory {
  /** An array of this length, with arbitrary numbers, that is in use nowhere else. */
  take(length: number): Float32Array;
  /** To be called after a run, which has read all that was taken: later programs may take it again. */
  free(): void;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Shorter arrays take less time to create than to look up. */
const SHORTEST = 1024;
/** The most that is kept. A longer array is a new one each time, such as the first linear layer of a VGG, of 411 MB. */
const MOST_SPARE_BYTES = 128 * 2 ** 20;

/** The arrays that nobody has, from the least to the most recently used. Networks that are scored at the same time share them. */
const spare: Float32Array[] = [];

export function createDrawnMemory(): DrawnMemory {
  let taken: Float32Array[] = [];
  return {
    take: (length) => {
      if (length < SHORTEST || length * BYTES > MOST_SPARE_BYTES) return new Float32Array(length);
      const capacity = capacityFor(length);
      const at = spare.findLastIndex((array) => array.length === capacity);
      const array = at < 0 ? new Float32Array(capacity) : spare.splice(at, 1)[0]!;
      taken.push(array);
      return array.subarray(0, length);
    },
    free: () => {
      spare.push(...taken);
      taken = [];
      let bytes = spare.reduce((sum, array) => sum + array.byteLength, 0);
      while (bytes > MOST_SPARE_BYTES) bytes -= spare.shift()!.byteLength;
    },
  };
}

/** The next of four lengths in each octave, so that networks whose tensors differ a little can share arrays. */
function capacityFor(length: number): number {
  const step = 2 ** (Math.floor(Math.log2(length)) - 2);
  return Math.ceil(length / step) * step;
}
