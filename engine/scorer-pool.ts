// In: score requests of many activities. Out: their results, computed by a fixed number of scorer processes.
import { type ChildProcess, fork } from 'node:child_process';
import { CandidateError, type FailureReason } from '../core/spec/candidate-error.js';
import type { FromScorer, ScoreRequest, ScoreResult, ToScorer } from './protocol.js';

/** A candidate that killed or blocked this many scorers is set aside. */
const ATTEMPTS = 3;
/** Scorers that die before they were ready, in a row, before the pool gives up on the machine. */
const FAILED_STARTS = 5;

export type PoolEvent =
  | { readonly type: 'started' | 'recycled'; readonly pid: number }
  | { readonly type: 'died'; readonly pid: number; readonly cause: string; readonly candidate?: string };

export interface ScorerPool {
  readonly size: number;
  /**
   * Scores one candidate in one of the scorers. A crash is pinned on the candidate in flight, which is tried again in
   * a fresh scorer; CandidateError after three, Error when no scorer starts at all. Lower turns go first: shards that
   * took turns evenly would all end at one moment, and leave the scorers without work until the next ones come.
   */
  score(request: ScoreRequest, turn?: number): Promise<ScoreResult>;
  pids(): readonly number[];
  /** Ends the scorers; requests in flight are rejected. */
  close(): Promise<void>;
}

interface Job {
  readonly request: ScoreRequest;
  readonly turn: number;
  readonly resolve: (result: ScoreResult) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}
interface Slot {
  child?: ChildProcess;
  ready: boolean;
  job?: Job;
  timer?: NodeJS.Timeout;
  timedOut?: boolean;
}

export function createScorerPool({
  script,
  size,
  threads = 1,
  timeoutMs = 600_000,
  startTimeoutMs = 60_000,
  maxResidentBytes = 700e6,
  onEvent = () => {},
}: {
  script: string;
  size: number;
  threads?: number;
  /** For one candidate, and for a scorer to say that it is ready. */
  timeoutMs?: number;
  startTimeoutMs?: number;
  maxResidentBytes?: number;
  onEvent?: (event: PoolEvent) => void;
}): ScorerPool {
  const queue: Job[] = [];
  const slots: Slot[] = Array.from({ length: size }, () => ({ ready: false }));
  let failedStarts = 0;
  let closed = false;
  let nextId = 0;

  const start = (slot: Slot): void => {
    const child = fork(script, {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=512'],
      env: { ...process.env, ...ALLOCATOR, ZEROSCOUT_SCORER_THREADS: String(threads) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const timer = setTimeout(
      () => gone(`was not ready within ${startTimeoutMs / 1000} s`, 'refused'),
      startTimeoutMs,
    );
    /** Once for each process, whatever ends it. A kill from outside says nothing about whether scorers can start. */
    const gone = (cause: string, start: 'refused' | 'interrupted') => {
      clearTimeout(timer);
      if (slot.child !== child) return;
      child.kill('SIGKILL');
      lost(slot, { cause, start });
    };
    Object.assign(slot, { child, ready: false });
    child.on('message', (message: FromScorer) => {
      if (message.type === 'ready') clearTimeout(timer);
      if (slot.child === child) receive(slot, message);
    });
    child.on('error', (error) => gone(error.message, 'refused'));
    child.on('exit', (code, signal) =>
      signal ? gone(`was killed by ${signal}`, 'interrupted') : gone(`exited with code ${code}`, 'refused'),
    );
    onEvent({ type: 'started', pid: child.pid ?? 0 });
  };

  const receive = (slot: Slot, message: FromScorer): void => {
    if (message.type === 'ready') {
      slot.ready = true;
      failedStarts = 0;
    } else if (slot.job) {
      const job = take(slot);
      if (message.type === 'scored') {
        job.resolve(message.result);
        if (message.residentBytes > maxResidentBytes) recycle(slot);
      } else
        job.reject(new CandidateError({ reason: message.reason as FailureReason, detail: message.detail }));
    }
    dispatch();
  };

  /** The process of this slot is gone: its job, if it had one, is tried again or set aside. */
  const lost = (slot: Slot, { cause, start }: { cause: string; start: 'refused' | 'interrupted' }): void => {
    const pid = slot.child?.pid ?? 0;
    const wasReady = slot.ready;
    delete slot.child;
    slot.ready = false;
    if (slot.job) {
      const timedOut = slot.timedOut;
      const job = take(slot);
      onEvent({ type: 'died', pid, cause, candidate: job.request.candidate });
      const reason = timedOut ? 'timeout' : 'crash';
      const what = timedOut ? `no answer within ${timeoutMs / 1000} s` : `its scorer ${cause}`;
      const detail = `${what}, ${job.attempts} times`;
      if (job.attempts >= ATTEMPTS) job.reject(new CandidateError({ reason, detail }));
      else queue.unshift(job);
    } else if (!closed) onEvent({ type: 'died', pid, cause });
    if (closed) return;
    if (!wasReady && start === 'refused' && ++failedStarts >= FAILED_STARTS) {
      const error = new Error(`no scorer starts: ${script} ${cause}, ${failedStarts} times in a row`);
      for (const job of queue.splice(0)) job.reject(error);
      failedStarts = 0;
      return;
    }
    dispatch();
  };

  const take = (slot: Slot): Job => {
    const job = slot.job!;
    clearTimeout(slot.timer);
    delete slot.job;
    slot.timedOut = false;
    return job;
  };

  /** Memory that ONNX Runtime keeps after many sessions (onnxruntime#25325) goes back with the process. */
  const recycle = (slot: Slot): void => {
    const child = slot.child;
    delete slot.child;
    slot.ready = false;
    onEvent({ type: 'recycled', pid: child?.pid ?? 0 });
    child?.kill('SIGKILL');
  };

  const dispatch = (): void => {
    if (closed) return;
    for (const slot of slots) {
      if (!queue.length) return;
      if (!slot.child) start(slot);
      if (!slot.ready || slot.job) continue;
      const job = queue.shift()!;
      job.attempts++;
      slot.job = job;
      slot.timer = setTimeout(() => {
        slot.timedOut = true;
        slot.child?.kill('SIGKILL');
      }, timeoutMs);
      const message: ToScorer = { type: 'score', id: nextId++, request: job.request };
      slot.child?.send(message, () => {});
    }
  };

  return {
    size,
    score: (request, turn = 0) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the scorer pool is closed'));
        const later = queue.findIndex((job) => job.turn > turn);
        queue.splice(later < 0 ? queue.length : later, 0, { request, turn, resolve, reject, attempts: 0 });
        dispatch();
      }),
    pids: () => slots.flatMap(({ child }) => child?.pid ?? []),
    close: async () => {
      closed = true;
      const error = new Error('the scorer pool is closed');
      for (const job of queue.splice(0)) job.reject(error);
      await Promise.all(
        slots.map(async (slot) => {
          if (slot.job) take(slot).reject(error);
          const child = slot.child;
          if (!child || child.exitCode !== null || child.signalCode !== null) return;
          const gone = new Promise((done) => child.once('exit', done));
          child.kill('SIGKILL');
          await gone;
        }),
      );
    },
  };
}

/** glibc gives large buffers back to the system at once and takes them again, page by page, for the next candidate; keep them. */
const ALLOCATOR = {
  MALLOC_MMAP_THRESHOLD_: '1073741824',
  MALLOC_TRIM_THRESHOLD_: '1073741824',
  MALLOC_TOP_PAD_: '67108864',
};
