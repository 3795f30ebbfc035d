// Scores the requests of many activities in a fixed number of scorer processes, and replaces processes that
// die.
import { CandidateError } from '../core/candidate-error.js';
import { watchMemory } from './memory-watch.js';
import { outcomeOfScores } from './outcome.js';
import type { PoolEvent, ScoredBatch } from './pool-event.js';
import type { ScoredCandidate, ScoreRequest, ScoreResult } from './protocol.js';
import { estimateResidentLimit, estimateWorkingLimit } from './resident-limit.js';
import { createScoreQueue, type Job, type ScoreQueue } from './score-queue.js';
import type { ScorerSettings } from './scorer-child.js';
import { type Answer, describeJobs, ScorerSlot, type SlotEnd } from './scorer-slot.js';

/** The number of scorers that a candidate may kill or block before it is set aside. */
const ATTEMPTS = 3;
/** The number of scorers in a row that may die before they are ready; then the pool gives up. */
const FAILED_STARTS = 5;

export interface ScorerPool {
  /** The number of candidates that are scored at the same time. */
  readonly size: number;
  /**
   * Scores one candidate in one of the scorers. A crash is attributed to the candidate in flight, which is
   * retried in a new scorer; after three crashes it is a CandidateError. If no scorer starts at all, an Error
   * is thrown. When a group of candidates crashes, it is split into groups of half the size until the
   * candidate at fault is alone. Requests of lower turns go first: if shards shared the scorers evenly, all
   * would end at the same moment and leave the scorers idle until the next shards arrive.
   */
  score(request: ScoreRequest, turn?: number): Promise<ScoreResult>;
  /** Scores one candidate and returns the details that the request asks for. */
  scoreInDetail(request: ScoreRequest): Promise<ScoredCandidate>;
  pids(): readonly number[];
  /** The number of scorers that died at work and were replaced. */
  countDeaths(): number;
  /** Kills the scorers and rejects requests in flight. */
  close(): Promise<void>;
}

export interface ScorerPoolOptions {
  readonly script: string;
  /** The number of processes. */
  readonly size: number;
  /** The number of candidates that a scorer receives at once. */
  readonly together?: number;
  /** The threads and the device of each process, and whether it runs the code of spaces that are modules. */
  readonly scorer?: Partial<Pick<ScorerSettings, 'threads' | 'device' | 'modules'>>;
  readonly limits?: ScorerLimits;
  readonly listener?: PoolListener;
}

export interface ScorerLimits {
  /** The time limit for the requests that a scorer receives at once. */
  readonly timeoutMs?: number | undefined;
  /** The time limit for a scorer to become ready. */
  readonly startTimeoutMs?: number;
  /**
   * The memory above which a scorer is replaced; by default `estimateResidentLimit` of the request, and
   * `estimateWorkingLimit` during its work.
   */
  readonly maxResidentBytes?: number;
}

export interface PoolListener {
  readonly onEvent?: (event: PoolEvent) => void;
  readonly onBatch?: (batch: ScoredBatch) => void;
}

export function createScorerPool(options: ScorerPoolOptions): ScorerPool {
  const { script, size, together = 1, limits = {} } = options;
  const { timeoutMs = 600_000, maxResidentBytes } = limits;
  const { onEvent, onBatch, countDeaths } = withCountOfDeaths(options.listener);
  const queue = createScoreQueue({ together, onSettled: () => dispatch() });
  let failedStarts = 0;
  let closed = false;
  const onReady = (): void => {
    failedStarts = 0;
    dispatch();
  };
  const onAnswer = ({ slot, jobs, message }: Answer): void => {
    settle(jobs, message.outcomes);
    // ONNX Runtime retains memory after many sessions (onnxruntime#25325), which is freed with the process.
    if (message.residentBytes > (maxResidentBytes ?? largest(jobs, estimateResidentLimit))) slot.recycle();
    dispatch();
  };
  const onEnd = (end: SlotEnd): void => {
    const { cause, how, state } = end;
    reportEnd(end, onEvent);
    tryAgain(end, queue);
    if (state === 'starting' && how === 'refused' && ++failedStarts >= FAILED_STARTS) {
      rejectAll(queue.clear(), `no scorer starts: ${script} ${cause}, ${failedStarts} times in a row`);
      failedStarts = 0;
    } else dispatch();
  };

  const listener = { onReady, onAnswer, onEnd };
  const slots = Array.from(
    { length: size },
    () => new ScorerSlot({ settings: settingsOf(options), timeoutMs, onEvent, onBatch, listener }),
  );
  const endWatch = watchSlots({ slots, maxResidentBytes });

  const dispatch = (): void => {
    if (!closed) dispatchTasks({ queue, slots });
  };

  const add = (request: ScoreRequest, turn: number) =>
    new Promise<ScoredCandidate>((resolve, reject) => {
      if (closed) return reject(new Error(CLOSED));
      queue.add({ request, turn, resolve, reject });
      dispatch();
    });

  return {
    size: size * together,
    score: async (request, turn = 0) => (await add(request, turn)).result,
    scoreInDetail: (request) => add(request, 0),
    pids: () => slots.flatMap((slot) => slot.pid() ?? []),
    countDeaths,
    close: async () => {
      closed = true;
      endWatch();
      rejectAll([...queue.clear(), ...slots.flatMap((slot) => slot.release(CLOSED))], CLOSED);
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

function settingsOf({ script, scorer = {}, limits = {} }: ScorerPoolOptions): ScorerSettings {
  const { threads = 1, device = 'cpu', modules } = scorer;
  const { startTimeoutMs = 60_000 } = limits;
  return { script, threads, device, modules, startTimeoutMs };
}

const CLOSED = 'the scorer pool is closed';

/** Resolves the requests of a group with their outcomes. */
function settle(jobs: readonly Job[], outcomes: Answer['message']['outcomes']): void {
  jobs.forEach(({ request: { candidate }, resolve, reject }, i) => {
    const told = outcomes[i]!;
    // NaN is checked here too, whichever scorer answered, because the store would refuse it together with the
    // whole shard.
    const outcome = 'result' in told ? outcomeOfScores({ candidate, ...told }) : told;
    if ('result' in outcome) resolve(outcome);
    else if ('fault' in outcome) reject(new Error(outcome.fault));
    else reject(new CandidateError(outcome));
  });
}

/** Assigns waiting requests to idle slots. Processes are started when they are needed. */
function dispatchTasks({
  queue,
  slots,
}: {
  readonly queue: ScoreQueue;
  readonly slots: readonly ScorerSlot[];
}): void {
  for (const slot of slots) {
    if (queue.isEmpty()) return;
    slot.ensureStarted();
    if (!slot.isIdle()) continue;
    const jobs = queue.take();
    if (jobs.length === 0) return;
    slot.give(jobs);
  }
}

/** Reports the end of a process, unless the pool itself ended it after its work. */
function reportEnd({ pid, jobs, cause, state }: SlotEnd, onEvent: (event: PoolEvent) => void): void {
  if (jobs.length > 0) onEvent({ type: 'died', pid, cause, ...describeJobs(jobs) });
  else if (state !== 'leaving') onEvent({ type: 'died', pid, cause });
}

function withCountOfDeaths({ onEvent, onBatch = () => {} }: PoolListener = {}) {
  let deaths = 0;
  return {
    onEvent: (event: PoolEvent): void => {
      if (event.type === 'died') deaths++;
      onEvent?.(event);
    },
    onBatch,
    countDeaths: () => deaths,
  };
}

/**
 * Puts the requests of a process that has ended back into the queue, in smaller groups. A request that was
 * tried often enough is set aside.
 */
function tryAgain({ jobs, cause, killedFor }: SlotEnd, queue: ScoreQueue): void {
  if (jobs.length === 0) return;
  const [job] = jobs as [Job];
  if (jobs.length > 1) for (const each of jobs) each.most = Math.ceil(jobs.length / 2);
  if (jobs.length > 1 || job.attempts < ATTEMPTS) {
    queue.putBack(jobs);
    return;
  }
  const { reason, what } = killedFor ?? { reason: 'crash', what: `its scorer ${cause}` };
  job.reject(new CandidateError({ reason, detail: `${what}, ${job.attempts} times` }));
}

function rejectAll(jobs: readonly Job[], why: string): void {
  const error = new Error(why);
  for (const job of jobs) job.reject(error);
}

/** The pool watches the memory of its scorers, because a scorer that computes blocks its own event loop. */
function watchSlots({
  slots,
  maxResidentBytes,
}: {
  readonly slots: readonly ScorerSlot[];
  readonly maxResidentBytes: number | undefined;
}): () => void {
  return watchMemory({
    busy: () =>
      slots.flatMap((who) => {
        const [pid, jobs] = [who.pid(), who.jobs()];
        if (pid === undefined || jobs.length === 0) return [];
        return [
          { pid, most: maxResidentBytes ? 3 * maxResidentBytes : largest(jobs, estimateWorkingLimit), who },
        ];
      }),
    onTooLarge: ({ who, most }) =>
      who.kill({ reason: 'memory', what: `more than ${Math.round(most / 1e6)} MB of memory` }),
  });
}

function largest(jobs: readonly Job[], limit: (request: ScoreRequest) => number): number {
  return Math.max(...jobs.map(({ request }) => limit(request)));
}
