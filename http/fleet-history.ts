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
  let isBusy = false;
  const look = async (): Promise<void> => {
    const [queues, counted] = await Promise.all([zeroscout.workers.list(), countScored(zeroscout)]);
    const workers = Object.fromEntries(
      queues
        .filter(({ workers }) => workers.length > 0)
        .map(({ device = 'control', workers }) => [device, workers.length]),
    );
    minutes.push({
      at: new Date(counted.at).toISOString(),
      workers,
      waiting: queues.reduce((sum, { waiting }) => sum + waiting, 0),
      oldest: queues.reduce(
        (most, { waiting, seconds }) => (waiting > 0 ? Math.max(most, seconds) : most),
        0,
      ),
      rate: before ? rateBetween(before, counted) : null,
    });
    if (minutes.length > KEPT) minutes.shift();
    before = counted;
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
