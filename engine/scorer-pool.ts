// Scores the requests of many activities in a fixed number of scorer processes, and replaces processes that die.
import { CandidateError, type FailureReason } from '../core/candidate-error.js';
import { watchMemory } from './memory-watch.js';
import { outcomeOfScores } from './outcome.js';
import type { PoolEvent, ScoredBatch } from './pool-event.js';
import type { FromScorer, Scored, ScoreRequest, ScoreResult } from './protocol.js';
import { residentLimit, workingLimit } from './resident-limit.js';
import { createScoreQueue, type Job } from './score-queue.js';
import { type End, type ScorerChild, startScorer } from './scorer-child.js';

/** A candidate is set aside after it has killed or blocked this many scorers. */
const ATTEMPTS = 3;
/** The pool gives up after this many scorers in a row have died before they were ready. */
const FAILED_STARTS = 5;

export interface ScorerPool {
  /** Candidates that are scored at the same time. */
  readonly size: number;
  /**
   * Scores one candidate in one of the scorers. A crash is attributed to the candidate in flight, which is tried again in a fresh
   * scorer. After three crashes it is a CandidateError; where no scorer starts at all, an Error. When a group of candidates crashes,
   * they go on in groups of half the size, until the guilty one is alone. Requests of lower turns go first: if shards shared the
   * scorers evenly, all would end at the same moment and leave the scorers idle until the next shards arrive.
   */
  score(request: ScoreRequest, turn?: number): Promise<ScoreResult>;
  /** The same, with the details that the request asks for. */
  scoreInDetail(request: ScoreRequest): Promise<Scored>;
  pids(): readonly number[];
  /** Kills the scorers; requests in flight are rejected. */
  close(): Promise<void>;
}

interface Slot {
  child?: ScorerChild;
  state: 'starting' | 'ready' | 'leaving';
  jobs: readonly Job[];
  timer?: NodeJS.Timeout;
  /** Why the pool killed it. */
  killedFor?: { readonly reason: FailureReason; readonly what: string };
  /** When the jobs were sent. */
  since?: number;
}

export function createScorerPool({
  script,
  size,
  threads = 1,
  device = 'cpu',
  modules,
  together = 1,
  timeoutMs = 600_000,
  startTimeoutMs = 60_000,
  maxResidentBytes,
  onEvent = () => {},
  onBatch = () => {},
}: {
  script: string;
  /** Processes. */
  size: number;
  threads?: number;
  /** The device of the scorers, and the candidates that a scorer takes at once. */
  device?: string;
  together?: number;
  /** Whether scorers run the code of spaces that are modules; as ZEROSCOUT_ALLOW_MODULES says where this is left out. */
  modules?: 'allowed' | 'refused' | undefined;
  /** Time limits for one request, and for a scorer to become ready. */
  timeoutMs?: number;
  startTimeoutMs?: number;
  /** Memory above which a scorer is replaced; by default `residentLimit` of the request, and `workingLimit` while it works. */
  maxResidentBytes?: number;
  onEvent?: (event: PoolEvent) => void;
  onBatch?: (batch: ScoredBatch) => void;
}): ScorerPool {
  const slots: Slot[] = Array.from({ length: size }, () => ({ state: 'starting', jobs: [] }));
  const queue = createScoreQueue({ together, onSettled: () => dispatch() });
  let failedStarts = 0;
  let closed = false;
  let nextId = 0;
  const kill = (slot: Slot, killedFor: NonNullable<Slot['killedFor']>): void => {
    slot.killedFor ??= killedFor;
    slot.child?.kill();
  };
  /** The pool watches the memory of its scorers, since a scorer that computes blocks its own event loop. */
  const endWatch = watchMemory({
    busy: () =>
      slots.flatMap((who) => {
        const { child, jobs } = who;
        if (!child || !jobs.length) return [];
        const most = maxResidentBytes ? 3 * maxResidentBytes : largest(jobs, workingLimit);
        return [{ pid: child.pid, most, who }];
      }),
    onTooLarge: ({ who, most }) =>
      kill(who, { reason: 'memory', what: `more than ${Math.round(most / 1e6)} MB of memory` }),
  });

  const start = (slot: Slot): void => {
    slot.state = 'starting';
    slot.child = startScorer({
      script,
      threads,
      device,
      modules,
      startTimeoutMs,
      onReady: () => {
        slot.state = 'ready';
        failedStarts = 0;
        dispatch();
      },
      onScored: (message) => receive(slot, message),
      onGone: (end) => handleEnd(slot, end),
    });
    onEvent({ type: 'started', pid: slot.child.pid });
  };

  const receive = (slot: Slot, message: Extract<FromScorer, { type: 'scored' }>): void => {
    const jobs = take(slot);
    jobs.forEach(({ request: { candidate }, resolve, reject }, i) => {
      const told = message.outcomes[i]!;
      // NaN is checked here too, whatever scorer answered: the store would refuse it, and with it the whole shard.
      const outcome = 'result' in told ? outcomeOfScores({ candidate, ...told }) : told;
      if ('result' in outcome) resolve(outcome);
      else reject(new CandidateError(outcome));
    });
    // ONNX Runtime keeps memory after many sessions (onnxruntime#25325); it is freed with the process.
    if (message.residentBytes > (maxResidentBytes ?? largest(jobs, residentLimit))) {
      slot.state = 'leaving';
      onEvent({ type: 'recycled', pid: slot.child!.pid });
      slot.child!.kill();
    }
    dispatch();
  };

  /** The process of a slot has ended: its jobs are tried again or set aside. */
  const handleEnd = (slot: Slot, { cause, how }: End): void => {
    const { state, killedFor } = slot;
    const pid = slot.child!.pid;
    const jobs = take(slot, cause);
    delete slot.child;
    if (jobs.length > 0) onEvent({ type: 'died', pid, cause, ...describeJobs(jobs) });
    if (jobs.length > 1) {
      for (const job of jobs) job.most = Math.ceil(jobs.length / 2);
      queue.putBack(jobs);
    } else if (jobs.length === 1) {
      const job = jobs[0]!;
      const { reason, what } = killedFor ?? { reason: 'crash', what: `its scorer ${cause}` };
      if (job.attempts < ATTEMPTS) queue.putBack([job]);
      else job.reject(new CandidateError({ reason, detail: `${what}, ${job.attempts} times` }));
    } else if (state !== 'leaving') onEvent({ type: 'died', pid, cause });
    if (state === 'starting' && how === 'refused' && ++failedStarts >= FAILED_STARTS) {
      const error = new Error(`no scorer starts: ${script} ${cause}, ${failedStarts} times in a row`);
      for (const job of queue.clear()) job.reject(error);
      failedStarts = 0;
      return;
    }
    dispatch();
  };

  const take = (slot: Slot, fault?: string): readonly Job[] => {
    const { jobs, since, child } = slot;
    if (jobs.length > 0)
      onBatch({
        pid: child!.pid,
        requests: jobs.map(({ request }) => request),
        seconds: (performance.now() - since!) / 1000,
        ...(fault === undefined ? {} : { fault }),
      });
    clearTimeout(slot.timer);
    slot.jobs = [];
    delete slot.killedFor;
    return jobs;
  };

  const dispatch = (): void => {
    if (closed) return;
    for (const slot of slots) {
      if (queue.isEmpty()) return;
      if (!slot.child) start(slot);
      if (slot.state !== 'ready' || slot.jobs.length) continue;
      slot.jobs = queue.take();
      if (!slot.jobs.length) return;
      if (slot.jobs.length === 1) slot.jobs[0]!.attempts++;
      slot.timer = setTimeout(() => {
        kill(slot, { reason: 'timeout', what: `no answer within ${timeoutMs / 1000} s` });
      }, timeoutMs);
      slot.since = performance.now();
      onEvent({ type: 'sent', pid: slot.child!.pid, ...describeJobs(slot.jobs) });
      slot.child!.send(
        nextId++,
        slot.jobs.map(({ request }) => request),
      );
    }
  };

  const add = (request: ScoreRequest, turn: number) =>
    new Promise<Scored>((resolve, reject) => {
      if (closed) return reject(new Error('the scorer pool is closed'));
      queue.add({ request, turn, resolve, reject });
      dispatch();
    });

  return {
    size: size * together,
    score: async (request, turn = 0) => (await add(request, turn)).result,
    scoreInDetail: (request) => add(request, 0),
    pids: () => slots.flatMap(({ child }) => child?.pid ?? []),
    close: async () => {
      closed = true;
      endWatch();
      const error = new Error('the scorer pool is closed');
      for (const job of [...queue.clear(), ...slots.flatMap((slot) => take(slot, error.message))])
        job.reject(error);
      await Promise.all(slots.map(({ child }) => child?.close()));
    },
  };
}

/** Names one candidate by its text, and a group by its size. */
function describeJobs(jobs: readonly Job[]): { readonly candidate: string } | { readonly group: number } {
  return jobs.length === 1 ? { candidate: jobs[0]!.request.candidate } : { group: jobs.length };
}

function largest(jobs: readonly Job[], limit: (request: ScoreRequest) => number): number {
  return Math.max(...jobs.map(({ request }) => limit(request)));
}
