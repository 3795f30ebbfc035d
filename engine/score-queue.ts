// Holds waiting score requests, and decides which one, or which group, a scorer receives next.
import { isForSupernet } from './batched/is-for-supernet.js';
import type { ScoredCandidate, ScoreRequest } from './protocol.js';

/** A group that is not full is released after this time without a new request. */
const QUIET_MS = 50;

export interface Job {
  readonly request: ScoreRequest;
  readonly turn: number;
  readonly resolve: (score: ScoredCandidate) => void;
  readonly reject: (error: Error) => void;
  /** How often a scorer received this request alone. */
  attempts: number;
  /** The size of the largest group in which it may be, halved whenever the scorer of its group died. */
  most: number;
}

export interface ScoreQueue {
  /** Adds a request after all requests of the same turn and of lower turns. */
  add(job: Omit<Job, 'attempts' | 'most'>): void;
  /** Puts requests back at the front for another attempt. */
  putBack(jobs: readonly Job[]): void;
  isEmpty(): boolean;
  /**
   * The next request or group; empty while a group may still grow. `onSettled` is called when it is worth
   * asking again.
   */
  take(): readonly Job[];
  /** Empties the queue and returns the requests that were in it. */
  clear(): readonly Job[];
}

/**
 * `together` is the size of the largest group. A request that no supernet can score goes to a scorer alone.
 */
export function createScoreQueue({
  together,
  onSettled,
}: {
  readonly together: number;
  readonly onSettled: () => void;
}): ScoreQueue {
  const jobs: Job[] = [];
  let timer: NodeJS.Timeout | undefined;
  const stopTimer = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const startTimer = () => {
    stopTimer();
    timer = setTimeout(() => {
      timer = undefined;
      onSettled();
    }, QUIET_MS);
  };
  /** Whether the timer still waits for requests that would fill the group. */
  const mayGrow = () => timer !== undefined && jobs.length < Math.min(together, jobs[0]!.most);
  return {
    add: (job) => {
      const before = jobs.findLastIndex(({ turn }) => turn <= job.turn);
      const most = isForSupernet(job.request) ? together : 1;
      jobs.splice(before + 1, 0, { ...job, attempts: 0, most });
      startTimer();
    },
    putBack: (again) => void jobs.unshift(...again),
    isEmpty: () => jobs.length === 0,
    take: () => {
      if (jobs.length === 0 || mayGrow()) return [];
      let most = together;
      let length = 0;
      for (const job of jobs) {
        most = Math.min(most, job.most);
        if (length >= most) break;
        length++;
      }
      return jobs.splice(0, length);
    },
    clear: () => {
      stopTimer();
      return jobs.splice(0);
    },
  };
}
