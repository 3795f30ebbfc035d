// Manages one slot of a scorer pool: a succession of scorer processes, each with the requests that it works
// on.
import type { FailureReason } from '../core/candidate-error.js';
import type { PoolEvent, ScoredBatch } from './pool-event.js';
import type { FromScorer } from './protocol.js';
import type { Job } from './score-queue.js';
import { type End, type ScorerChild, type ScorerSettings, startScorer } from './scorer-child.js';

/** The reason why the pool killed a process. */
export interface KillReason {
  readonly reason: FailureReason;
  readonly what: string;
}

/** `leaving`: killed, so that it gets no more work: after its work because its memory had grown, or during it. */
type State = 'starting' | 'ready' | 'leaving';

/** The end of a process, with the requests that it did not answer. */
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
  /** The time limit for the requests that are sent at once. */
  readonly timeoutMs: number;
  readonly onEvent: (event: PoolEvent) => void;
  readonly onBatch: (batch: ScoredBatch) => void;
  readonly listener: {
    readonly onReady: () => void;
    readonly onAnswer: (answer: Answer) => void;
    readonly onEnd: (end: SlotEnd) => void;
  };
}

export class ScorerSlot {
  readonly #options: SlotOptions;
  #child: ScorerChild | undefined;
  #state: State = 'starting';
  #work: Work = NO_WORK;
  #sent = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The requests that the process works on. */
  jobs(): readonly Job[] {
    return this.#work.jobs;
  }

  /** Whether its process is ready and has no requests. */
  isIdle(): boolean {
    return this.#state === 'ready' && this.#work.jobs.length === 0;
  }

  /** Starts a process if there is none. */
  ensureStarted(): void {
    if (this.#child) return;
    const { settings, onEvent, listener } = this.#options;
    this.#state = 'starting';
    this.#child = startScorer({
      ...settings,
      onReady: () => {
        this.#state = 'ready';
        listener.onReady();
      },
      onScored: (message) => listener.onAnswer({ slot: this, jobs: this.release(), message }),
      onGone: (end) => this.#handleEnd(end),
    });
    onEvent({ type: 'started', pid: this.#child.pid });
  }

  give(jobs: readonly Job[]): void {
    const { timeoutMs, onEvent } = this.#options;
    const child = this.#child!;
    if (jobs.length === 1) jobs[0]!.attempts++;
    const what = `no answer within ${timeoutMs / 1000} s`;
    const timer = setTimeout(() => this.kill({ reason: 'timeout', what }), timeoutMs);
    this.#work = { jobs, timer, since: performance.now() };
    onEvent({ type: 'sent', pid: child.pid, ...describeJobs(jobs) });
    child.send(this.#sent++, requestsOf(jobs));
  }

  kill(reason: KillReason): void {
    this.#work = { ...this.#work, killedFor: this.#work.killedFor ?? reason };
    // Its answer may have been sent before.
    this.#state = 'leaving';
    this.#child?.kill();
  }

  /** Ends a process that has finished its work; another one replaces it. */
  recycle(): void {
    this.#state = 'leaving';
    this.#options.onEvent({ type: 'recycled', pid: this.#child!.pid });
    this.#child!.kill();
  }

  /** Removes its requests and returns them; `fault` says what happened if there was no answer. */
  release(fault?: string): readonly Job[] {
    const { jobs, timer, since } = this.#work;
    clearTimeout(timer);
    this.#work = NO_WORK;
    if (jobs.length > 0) {
      const seconds = (performance.now() - since) / 1000;
      const batch = { pid: this.#child!.pid, requests: requestsOf(jobs), seconds };
      this.#options.onBatch(fault === undefined ? batch : { ...batch, fault });
    }
    return jobs;
  }

  /** Kills the process and waits for its end, which is not reported. */
  async close(): Promise<void> {
    await this.#child?.close();
  }

  #handleEnd(end: End): void {
    const { pid } = this.#child!;
    const { killedFor } = this.#work;
    const jobs = this.release(end.cause);
    this.#child = undefined;
    this.#options.listener.onEnd({ ...end, pid, jobs, state: this.#state, killedFor });
  }
}

interface Work {
  readonly jobs: readonly Job[];
  readonly timer?: NodeJS.Timeout;
  /** The time at which the requests were sent. */
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
