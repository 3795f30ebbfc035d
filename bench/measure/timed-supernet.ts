// Opens supernets as the batched scorer does, and records the time that opening and running them takes.
import type { SupernetShape } from '../../core/spaces/nas-bench-201/batched/skeleton.js';
import { isOutOfMemory } from '../../engine/batched/device.js';
import { openSupernet } from '../../engine/batched/supernet-session.js';

export interface SupernetTimes {
  /** Opens a supernet whose runs are timed; for the option `open` of a batched scorer. */
  readonly open: typeof openSupernet;
  /** The latest supernet: its shape, its number of nodes, and the milliseconds for opening it. */
  last(): { readonly shape: SupernetShape; readonly nodes: number; readonly milliseconds: number };
  /** Milliseconds of each run since the last call of `clear`. */
  readonly runs: readonly number[];
  /** Numbers of candidates for which the device had too little memory. */
  readonly tooLarge: readonly number[];
  clear(): void;
}

/** With `profilePrefix`, ONNX Runtime writes a profile to files with this prefix. */
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
