// Chooses which runs, blobs and scores are kept and which may be deleted; the choice depends on the input
// alone.
import type { Holding } from '../../store/store.js';

/** One execution of a search, with the properties that decide whether it is kept. */
export interface GcRun {
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
  /**
   * The series of the run: its schedule, else the name of its specification. The last runs of each series are
   * kept.
   */
  readonly series: string;
  readonly status: 'running' | 'completed' | 'continued' | 'ended';
  /** The end of the run in milliseconds since 1970; absent while the run continues. */
  readonly closed?: number;
}

export interface Retention {
  /** The number of finished runs of each series that are kept whatever their age. */
  readonly keepLast: number;
  /** The age in milliseconds up to which everything is kept. */
  readonly olderThan: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Choice<T> {
  readonly kept: readonly T[];
  readonly gone: readonly T[];
}

/**
 * A run is kept while it runs, while it is young, if it is among the last finished ones of its series, and if
 * a later run continued from it.
 */
export function chooseRuns<Run extends GcRun>({
  runs,
  keepLast,
  olderThan,
  now,
}: Retention & { readonly runs: readonly Run[] }): Choice<Run> {
  const kept = new Set(runs.filter(({ closed }) => closed === undefined || closed > now - olderThan));
  for (const series of groupBy(runs, ({ series }) => series).values())
    for (const run of series
      .filter(({ status }) => status === 'completed')
      .sort((a, b) => b.closed! - a.closed!)
      .slice(0, keepLast))
      kept.add(run);
  const workflows = new Set([...kept].map(({ workflowId }) => workflowId));
  const isKept = (run: Run) => kept.has(run) || (run.status === 'continued' && workflows.has(run.workflowId));
  return { kept: runs.filter(isKept), gone: runs.filter((run) => !isKept(run)) };
}

/** The items to which nothing refers that is kept, and that are old enough. */
export function chooseHoldings({
  holdings,
  isReferred,
  olderThan,
  now,
}: Pick<Retention, 'olderThan' | 'now'> & {
  readonly holdings: readonly Holding[];
  readonly isReferred: (name: string) => boolean;
}): Choice<Holding> {
  const isKept = ({ name, newest }: Holding) => newest > now - olderThan || isReferred(name);
  return { kept: holdings.filter(isKept), gone: holdings.filter((holding) => !isKept(holding)) };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
