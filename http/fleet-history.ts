// Keeps the numbers of workers, of waiting tasks and of scored candidates of the last hour, minute by minute, in
// the memory of this process: what was before it started is not known.
import type { Zeroscout } from '../client/index.js';

const MINUTE_MS = 60_000;
const KEPT = 60;

export interface FleetMinute {
  /** ISO 8601. */
  readonly at: string;
  /** The number of living workers by device, and of `control`. */
  readonly workers: Readonly<Record<string, number>>;
  /** Workers that were first seen, and that were seen a minute before but no longer; 0 for the first minute. */
  readonly begun: number;
  readonly gone: number;
  /** The number of tasks that no worker had taken, and the age in seconds of the oldest. */
  readonly waiting: number;
  readonly oldest: number;
  /** Scored candidates in a second since the minute before, over all running searches; null for the first. */
  readonly rate: number | null;
}

export interface FleetHistory {
  /** The minutes of the last hour, oldest first. */
  minutes(): readonly FleetMinute[];
  stop(): void;
}

/** Minutes in which the servers do not answer are left out. */
export function keepFleetHistory(zeroscout: Pick<Zeroscout, 'workers' | 'searches'>): FleetHistory {
  const minutes: FleetMinute[] = [];
  let before: Counted | undefined;
  let known: ReadonlySet<string> | undefined;
  let isBusy = false;
  const look = async (): Promise<void> => {
    const [queues, counted] = await Promise.all([zeroscout.workers.list(), countScored(zeroscout)]);
    const workers = Object.fromEntries(
      queues
        .filter(({ workers }) => workers.length > 0)
        .map(({ device = 'control', workers }) => [device, workers.length]),
    );
    const living = new Set(queues.flatMap(({ workers }) => workers.map(({ identity }) => identity)));
    minutes.push({
      at: new Date(counted.at).toISOString(),
      workers,
      begun: known ? countMissing(living, known) : 0,
      gone: known ? countMissing(known, living) : 0,
      waiting: queues.reduce((sum, { waiting }) => sum + waiting, 0),
      oldest: queues.reduce(
        (most, { waiting, seconds }) => (waiting > 0 ? Math.max(most, seconds) : most),
        0,
      ),
      rate: before ? rateBetween(before, counted) : null,
    });
    if (minutes.length > KEPT) minutes.shift();
    before = counted;
    known = living;
  };
  const lookOnce = (): void => {
    if (isBusy) return;
    isBusy = true;
    void look()
      .catch(() => {
        before = undefined;
      })
      .finally(() => {
        isBusy = false;
      });
  };
  lookOnce();
  const timer = setInterval(lookOnce, MINUTE_MS).unref();
  return { minutes: () => [...minutes], stop: () => clearInterval(timer) };
}

/** The number of those that the other set lacks. */
function countMissing(of: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...of].filter((one) => !other.has(one)).length;
}

interface Counted {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The number of scored candidates of each running search. */
  readonly done: ReadonlyMap<string, number>;
}

/** Counts are those that searches record in Temporal, so that no search is asked. */
async function countScored({ searches }: Pick<Zeroscout, 'searches'>): Promise<Counted> {
  const done = new Map<string, number>();
  for await (const { id, counts } of searches.list({ state: 'running' })) done.set(id, counts?.done ?? 0);
  return { at: Date.now(), done };
}

/** A search that began or ended in between counts from or to its last record. */
function rateBetween(before: Counted, after: Counted): number {
  let scored = 0;
  for (const [id, done] of after.done) scored += Math.max(0, done - (before.done.get(id) ?? 0));
  return (scored / Math.max(1, after.at - before.at)) * 1_000;
}
