// Decides for each list of cells whether the open supernet serves it or another one is worth its cost.
import type { SupernetCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import {
  chooseFit,
  evenSize,
  type SupernetFit,
} from '../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import type { SupernetSession } from './supernet-session.js';

export interface SupernetChoice {
  /** Chooses size and slots for these cells; an open supernet that can serve them is kept. */
  fitFor(cells: readonly SupernetCell[]): Promise<SupernetFit>;
  /** Opens the supernet that was chosen. */
  session(): Promise<SupernetSession>;
  /**
   * Reports the duration of a run. The first run counts as part of a supernet's cost, because a GPU plans its
   * convolutions in it.
   */
  ran(milliseconds: number): void;
  /** Reports that all of these cells were scored, in that many runs. */
  took(args: { readonly cells: readonly SupernetCell[]; readonly runs: number }): void;
  /** Reports that the supernet was too large for the device; later runs hold half as many candidates. */
  halve(): Promise<void>;
  /** The number of candidates in a run. */
  size(): number;
  close(): Promise<void>;
}

/**
 * A supernet is compiled for a number of candidates and for the frequency of each operation. If a list would
 * fill runs of twice the size, the size is doubled. If the cells of later lists have other frequencies (as an
 * evolution moves), they need more runs than their number requires. When the superfluous runs have cost as
 * much as another supernet, another one is opened. The total cost is thus at most twice that of an algorithm
 * that knows all lists in advance (as in ski rental).
 */
export function createSupernetChoice({
  largest,
  open,
}: {
  readonly largest: number;
  readonly open: (fit: SupernetFit) => Promise<SupernetSession>;
}): SupernetChoice {
  let limit = largest;
  let fit: SupernetFit | undefined;
  let session: SupernetSession | undefined;
  let cost = 0;
  let wasted = 0;
  let lastRun: number | undefined;

  const drop = async () => {
    await session?.close();
    session = undefined;
    fit = undefined;
    lastRun = undefined;
    cost = 0;
    wasted = 0;
  };
  return {
    fitFor: async (cells) => {
      const isOutgrown = fit && evenSize({ count: cells.length, limit }) >= 2 * fit.size;
      if (isOutgrown || (cost > 0 && wasted > cost)) await drop();
      fit ??= chooseFit({ cells, limit });
      return fit;
    },
    session: async () => {
      if (session) return session;
      const start = performance.now();
      session = await open(fit!);
      cost = performance.now() - start;
      return session;
    },
    ran: (milliseconds) => {
      if (lastRun === undefined) cost += milliseconds;
      lastRun = milliseconds;
    },
    took: ({ cells, runs }) => {
      wasted += (runs - Math.ceil(cells.length / fit!.size)) * lastRun!;
    },
    halve: async () => {
      limit = Math.ceil(fit!.size / 2);
      await drop();
    },
    size: () => fit?.size ?? limit,
    close: drop,
  };
}
