// Opens supernets as the batched scorer does, and keeps the time that they and their runs take.
import type { SupernetShape } from '../../core/spaces/nas-bench-201/batched/skeleton.js';
import { isOutOfMemory } from '../../engine/batched/device.js';
import { openSupernet } from '../../engine/batched/supernet-session.js';

export interface SupernetTimes {
  /** Opens a supernet whose runs are timed, for the option `open` of a batched scorer. */
  readonly open: typeof openSupernet;
  /** The supernet that was opened last: its shape, its nodes, and milliseconds until it was open. */
  last(): { readonly shape: SupernetShape; readonly nodes: number; readonly milliseconds: number };
  /** Milliseconds of each run since the last call of `clear`. */
  readonly runs: readonly number[];
  /** Numbers of candidates that the device had too little memory for. */
  readonly tooLarge: readonly number[];
  clear(): void;
}

/** With `profilePrefix` ONNX Runtime writes a profile to files that begin so. */
export function timeSupernets({ profilePrefix }: { readonly profilePrefix?: string } = {}): SupernetTimes {
  const runs: number[] = [];
  const tooLarge: number[] = [];
  let last: ReturnType<SupernetTimes['last']> | undefined;
  const noting = async <T>(size: number, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (isOutOfMemory(error)) tooLarge.push(size);
      throw error;
    }
  };
  const open: typeof openSupernet = async (options) => {
    const { shape } = options;
    const start = performance.now();
    const profile = profilePrefix ? { profilePrefix } : {};
    const session = await noting(shape.size, () => openSupernet({ ...options, ...profile }));
    last = { shape, nodes: session.nodes, milliseconds: performance.now() - start };
    return {
      ...session,
      run: async (args) => {
        const begin = performance.now();
        const outputs = await noting(shape.size, () => session.run(args));
        runs.push(performance.now() - begin);
        return outputs;
      },
    };
  };
  return {
    open,
    last: () => last!,
    runs,
    tooLarge,
    clear: () => void runs.splice(0),
  };
}
