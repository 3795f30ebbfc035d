// In: score requests that wait. Out: those that a scorer takes next, one or a group.
import type { Scored, ScoreRequest } from './protocol.js';

/** A group that is not full goes to a scorer when nobody has joined it for so long. */
const QUIET_MS = 50;

export interface Job {
  readonly request: ScoreRequest;
  readonly turn: number;
  readonly resolve: (score: Scored) => void;
  readonly reject: (error: Error) => void;
  /** Alone in a scorer. */
  attempts: number;
  /** Candidates of a group that it may be in: halved whenever its group broke. */
  most: number;
}

export interface ScoreQueue {
  /** Behind all of its turn and of lower ones. */
  add(job: Omit<Job, 'attempts' | 'most'>): void;
  /** To the front, for another try. */
  putBack(jobs: readonly Job[]): void;
  isEmpty(): boolean;
  /** Who comes next, or nobody while others may still join; `onSettled` says when to ask again. */
  take(): readonly Job[];
  /** Empties it. */
  clear(): readonly Job[];
}

/** `together`: the most candidates of a group. */
export function createScoreQueue({
  together,
  onSettled,
}: {
  together: number;
  onSettled: () => void;
}): ScoreQueue {
  const jobs: Job[] = [];
  let arrived = 0;
  let timer: NodeJS.Timeout | undefined;
  const mayGrow = (): boolean => {
    if (jobs.length >= Math.min(together, jobs[0]!.most)) return false;
    if (performance.now() - arrived >= QUIET_MS) return false;
    timer ??= setTimeout(() => {
      timer = undefined;
      onSettled();
    }, QUIET_MS);
    return true;
  };
  return {
    add: (job) => {
      const before = jobs.findLastIndex(({ turn }) => turn <= job.turn);
      jobs.splice(before + 1, 0, { ...job, attempts: 0, most: together });
      arrived = performance.now();
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
      clearTimeout(timer);
      return jobs.splice(0);
    },
  };
}
