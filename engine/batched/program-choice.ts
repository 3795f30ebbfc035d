// In: one list of cells after the other. Out: the program that they run in: the one that is open, or a new one where that pays.
import type { StackCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import { chooseFit, evenSize, type StackFit } from '../../core/spaces/nas-bench-201/batched/compose.js';
import type { StackEvent } from './scorer-types.js';
import type { StackSession } from './stack-session.js';

export interface ProgramChoice {
  /** Chooses for these cells; what is open stays where it serves them. */
  fitFor(cells: readonly StackCell[]): Promise<StackFit>;
  fit(): StackFit | undefined;
  /** Opens the program that was chosen. */
  session(): Promise<StackSession>;
  /** A run took so long; the first one is part of what a program costs, since a GPU plans its convolutions in it. */
  ran(milliseconds: number): void;
  /** All of these cells went through, in so many stacks. */
  took(args: { cells: readonly StackCell[]; stacks: number }): void;
  /** Too large for the device: half of it from now on. */
  halve(): Promise<void>;
  size(): number;
  nodes(): number;
  close(): Promise<void>;
}

/**
 * A program is made for stacks of a size and for how often each operation occurs. A list that fills stacks of twice the
 * size gets them. Where the cells of later lists are of another kind (an evolution moves) they need more stacks than their
 * number asks for: when the runs that were too many have cost as much as another program would, another one is made. That
 * is never more than twice what someone who knew all lists beforehand would have paid.
 */
export function createProgramChoice({
  largest,
  open,
  onEvent,
}: {
  largest: number;
  open: (fit: StackFit) => Promise<StackSession>;
  onEvent: (event: StackEvent) => void;
}): ProgramChoice {
  let limit = largest;
  let fit: StackFit | undefined;
  let session: StackSession | undefined;
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
      const outgrown = fit && evenSize({ count: cells.length, limit }) >= 2 * fit.size;
      if (outgrown || (cost > 0 && wasted > cost)) await drop();
      fit ??= chooseFit({ cells, limit });
      return fit;
    },
    fit: () => fit,
    session: async () => {
      if (session) return session;
      const start = performance.now();
      session = await open(fit!);
      cost = performance.now() - start;
      onEvent({ type: 'opened', size: fit!.size, nodes: session.nodes, milliseconds: cost });
      return session;
    },
    ran: (milliseconds) => {
      if (lastRun === undefined) cost += milliseconds;
      lastRun = milliseconds;
    },
    took: ({ cells, stacks }) => {
      wasted += (stacks - Math.ceil(cells.length / fit!.size)) * lastRun!;
    },
    halve: async () => {
      limit = Math.ceil(fit!.size / 2);
      await drop();
    },
    size: () => fit?.size ?? limit,
    nodes: () => session?.nodes ?? 0,
    close: drop,
  };
}
