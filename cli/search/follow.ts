// In: a search's workflow. Out: its result, with progress shown until it is there.
import { setMaxListeners } from 'node:events';
import type { WorkflowHandle } from '@temporalio/client';
import { SingleBar } from 'cli-progress';
import type { SearchProgress, SearchResult } from '../../core/spec/search.js';
import type { ProgressEvent, Store } from '../../store/store.js';
import { note } from '../terminal.js';
import { askProgress } from './progress.js';

const POLL_MS = 1_000;
/** Where nobody watches a terminal, a line now and then. */
const LINE_MS = 5_000;
/** As long as workers wait for a server. */
const PATIENCE_MS = 10 * 60_000;

/** Resolves with the search's result; rejects with its failure. `stop` ends the watching, not the search. */
export async function follow({
  handle,
  id,
  store,
  stop,
  show,
}: {
  handle: WorkflowHandle;
  id: string;
  store: Store;
  stop: AbortSignal;
  show: 'progress' | 'nothing';
}): Promise<SearchResult | 'stopped'> {
  const live = new Map<number, number>();
  const unsubscribe = store.progress.subscribe(id, ({ shard, scored, reused, failed }: ProgressEvent) => {
    live.set(shard, scored + reused + failed);
  });
  const view = show === 'nothing' ? silent : process.stderr.isTTY ? bar() : lines();
  // A call that nobody waits for any more would keep the process alive until the server answers, 20 s for a result.
  const over = new AbortController();
  // The SDK adds a listener for every call within and leaves it there.
  setMaxListeners(0, over.signal);
  let query = new AbortController();
  const poll = async (): Promise<void> => {
    query = new AbortController();
    const ask = () => askProgress(handle);
    const progress = await handle.client.withAbortSignal(query.signal, ask);
    const running = progress.shards.running.reduce((sum, shard) => sum + (live.get(shard) ?? 0), 0);
    view.update({ ...progress, now: Math.min(progress.done + running, progress.planned) });
  };
  let polling = false;
  // Nobody watches: the servers and this machine's cores are left to the search.
  const timer = setInterval(() => {
    if (polling || show === 'nothing') return;
    polling = true;
    // No worker may be there to answer yet, or a server may be restarting: the next tick asks again.
    void poll()
      .catch(() => {})
      .finally(() => {
        polling = false;
      });
  }, POLL_MS);
  const stopped = new Promise<'stopped'>((resolve) => {
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    const result = () => resultOf({ handle, over: over.signal });
    return await Promise.race([handle.client.withAbortSignal(over.signal, result), stopped]);
  } finally {
    over.abort();
    query.abort();
    clearInterval(timer);
    unsubscribe();
    view.end();
  }
}

/** The workflow's result, through restarts of the server. */
async function resultOf({
  handle,
  over,
}: {
  handle: WorkflowHandle;
  over: AbortSignal;
}): Promise<SearchResult> {
  for (;;) {
    try {
      return (await handle.result()) as SearchResult;
    } catch (error) {
      if (over.aborted || !isTransient(error)) throw error;
    }
    await untilBack({ handle, over });
  }
}

/** A server that is away for minutes comes back to a search that has waited for it; so do we. */
async function untilBack({ handle, over }: { handle: WorkflowHandle; over: AbortSignal }): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await handle.describe();
      return;
    } catch (error) {
      if (over.aborted || !isTransient(error) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** gRPC: the server is away (14), has no time (4), or gave up on a connection that broke (13, 1). */
function isTransient(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  return [1, 4, 8, 13, 14].includes(Number(cause?.code ?? (error as { code?: unknown }).code));
}

type Shown = SearchProgress & { readonly now: number };
interface View {
  update(progress: Shown): void;
  end(): void;
}
const silent: View = { update: () => {}, end: () => {} };

/** Candidates a second since the first that this view saw. */
function speedometer() {
  let first: { time: number; now: number } | undefined;
  return ({ now, planned }: Shown) => {
    first ??= { time: Date.now(), now };
    const rate = (now - first.now) / Math.max((Date.now() - first.time) / 1000, 1e-3);
    const left = rate > 0 ? duration((planned - now) / rate) : '-';
    return { rate: rate.toFixed(1), left };
  };
}

function bar(): View {
  const speed = speedometer();
  const widget = new SingleBar({
    format:
      '{phase} [{bar}] {value}/{total}  {rate}/s  {left} left  {failed} failed  {reused} reused{rejected}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    update: (progress) => {
      const payload = {
        ...speed(progress),
        phase: phaseOf(progress),
        failed: progress.failed,
        reused: progress.reused,
        rejected: rejectedText(progress),
      };
      if (!started) widget.start(progress.planned, progress.now, payload);
      started = true;
      widget.setTotal(progress.planned);
      widget.update(progress.now, payload);
    },
    end: () => started && widget.stop(),
  };
}

function lines(): View {
  const speed = speedometer();
  let last = 0;
  let phase = '';
  return {
    update: (progress) => {
      const { rate, left } = speed(progress);
      if (Date.now() - last < LINE_MS && phase === phaseOf(progress)) return;
      last = Date.now();
      phase = phaseOf(progress);
      note(
        `${phase}  ${progress.now}/${progress.planned}  ${rate}/s  ${left} left  ${progress.failed} failed  ${progress.reused} reused${rejectedText(progress)}`,
      );
    },
    end: () => {},
  };
}

function phaseOf({ paused, phase, round, generation }: SearchProgress): string {
  const name = paused ? 'paused' : phase;
  if (generation !== undefined) return `generation ${generation} ${name}`;
  return round.of > 1 ? `round ${round.number}/${round.of} ${name}` : name;
}

/** Of what was drawn, how much broke a constraint. */
function rejectedText({ rejectedShare }: SearchProgress): string {
  return rejectedShare === undefined ? '' : `  ${(rejectedShare * 100).toFixed(1)} % rejected`;
}

function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
