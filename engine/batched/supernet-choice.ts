// Decides for each list of cells whether the open supernet serves it, or whether another one pays.
import type { SupernetCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import {
  chooseFit,
  evenSize,
  type SupernetFit,
} from '../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import type { SupernetSession } from './supernet-session.js';

export interface SupernetChoice {
  /** Chooses size and slots for these cells; an open supernet that serves them stays. */
  fitFor(cells: readonly SupernetCell[]): Promise<SupernetFit>;
  /** Opens the supernet that was chosen. */
  session(): Promise<SupernetSession>;
  /** A run took this long. The first one counts as part of what a supernet costs: a GPU plans its convolutions in it. */
  ran(milliseconds: number): void;
  /** All of these cells were scored, in that many runs. */
  took(args: { readonly cells: readonly SupernetCell[]; readonly runs: number }): void;
  /** The supernet was too large for the device: half as many candidates a run from now on. */
  halve(): Promise<void>;
  /** Candidates of a run. */
  size(): number;
  close(): Promise<void>;
}

/**
 * A supernet is compiled for a number of candidates and for how often each operation occurs. A list that fills runs of
 * twice the size gets them. Where the cells of later lists are of another kind (an evolution moves), they need more runs
 * than their number asks for. When the superfluous runs have cost as much as another supernet would, another one is opened:
 * the total is never more than twice what someone who knew all lists beforehand would have paid.
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
