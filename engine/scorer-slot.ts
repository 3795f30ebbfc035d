// A place of a scorer pool: one scorer process after another, each with the requests that it works on.
import type { FailureReason } from '../core/candidate-error.js';
import type { PoolEvent, ScoredBatch } from './pool-event.js';
import type { FromScorer } from './protocol.js';
import type { Job } from './score-queue.js';
import { type End, type ScorerChild, type ScorerSettings, startScorer } from './scorer-child.js';

/** Why the pool killed a process, which was not its own fault alone. */
export interface KillReason {
  readonly reason: FailureReason;
  readonly what: string;
}

/** `leaving`: killed after its work, because its memory had grown. */
type State = 'starting' | 'ready' | 'leaving';

/** The end of a process, with the requests that it leaves unanswered. */
export interface SlotEnd extends End {
  readonly pid: number;
  readonly jobs: readonly Job[];
  readonly state: State;
  readonly killedFor: KillReason | undefined;
}

export interface Answer {
  readonly slot: ScorerSlot;
  readonly jobs: readonly Job[];
  readonly message: Extract<FromScorer, { type: 'scored' }>;
}

export interface SlotOptions {
  readonly settings: ScorerSettings;
  /** Time limit for the requests that are given at once. */
  readonly timeoutMs: number;
  readonly onEvent: (event: PoolEvent) => void;
  readonly onBatch: (batch: ScoredBatch) => void;
  readonly listener: {
    readonly onReady: () => void;
    readonly onAnswer: (answer: Answer) => void;
    readonly onEnd: (end: SlotEnd) => void;
  };
}

export interface ScorerSlot {
  readonly pid: () => number | undefined;
  /** The requests that the process works on. */
  readonly jobs: () => readonly Job[];
  /** Whether its process is ready and has nothing to do. */
  readonly isIdle: () => boolean;
  /** Starts a process where there is none. */
  ensureStarted(): void;
  give(jobs: readonly Job[]): void;
  kill(reason: KillReason): void;
  /** Ends a process that has done its work; another one takes its place. */
  recycle(): void;
  /** Takes its requests away; `fault` says what happened instead of an answer. */
  release(fault?: string): readonly Job[];
  /** Kills the process and waits for its end, which is not reported. */
  close(): Promise<void>;
}

export function createScorerSlot({
  settings,
  timeoutMs,
  onEvent,
  onBatch,
  listener,
}: SlotOptions): ScorerSlot {
  let child: ScorerChild | undefined;
  let state: State = 'starting';
  let work: Work = NO_WORK;
  let sent = 0;

  const start = (): void => {
    state = 'starting';
    child = startScorer({
      ...settings,
      onReady: () => {
        state = 'ready';
        listener.onReady();
      },
      onScored: (message) => listener.onAnswer({ slot, jobs: slot.release(), message }),
      onGone: handleEnd,
    });
    onEvent({ type: 'started', pid: child.pid });
  };

  const handleEnd = (end: End): void => {
    const { pid } = child!;
    const { killedFor } = work;
    const jobs = slot.release(end.cause);
    child = undefined;
    listener.onEnd({ ...end, pid, jobs, state, killedFor });
  };

  const slot: ScorerSlot = {
    pid: () => child?.pid,
    jobs: () => work.jobs,
    isIdle: () => state === 'ready' && work.jobs.length === 0,
    ensureStarted: () => {
      if (!child) start();
    },
    give: (jobs) => {
      if (jobs.length === 1) jobs[0]!.attempts++;
      const what = `no answer within ${timeoutMs / 1000} s`;
      const timer = setTimeout(() => slot.kill({ reason: 'timeout', what }), timeoutMs);
      work = { jobs, timer, since: performance.now() };
      onEvent({ type: 'sent', pid: child!.pid, ...describeJobs(jobs) });
      child!.send(sent++, requestsOf(jobs));
    },
    kill: (reason) => {
      work = { ...work, killedFor: work.killedFor ?? reason };
      child?.kill();
    },
    recycle: () => {
      state = 'leaving';
      onEvent({ type: 'recycled', pid: child!.pid });
      child!.kill();
    },
    release: (fault) => {
      const { jobs, timer, since } = work;
      clearTimeout(timer);
      work = NO_WORK;
      if (jobs.length > 0) {
        const batch = {
          pid: child!.pid,
          requests: requestsOf(jobs),
          seconds: (performance.now() - since) / 1000,
        };
        onBatch(fault === undefined ? batch : { ...batch, fault });
      }
      return jobs;
    },
    close: async () => child?.close(),
  };
  return slot;
}

interface Work {
  readonly jobs: readonly Job[];
  readonly timer?: NodeJS.Timeout;
  /** When the requests were sent. */
  readonly since: number;
  readonly killedFor?: KillReason;
}

const NO_WORK: Work = { jobs: [], since: 0 };

function requestsOf(jobs: readonly Job[]) {
  return jobs.map(({ request }) => request);
}

/** Names one candidate by its text, and a group by its size. */
export function describeJobs(
  jobs: readonly Job[],
): { readonly candidate: string } | { readonly group: number } {
  return jobs.length === 1 ? { candidate: jobs[0]!.request.candidate } : { group: jobs.length };
}
