// In: a range of a candidate list. Out: counts; each candidate's raw proxies are in the store, or its failure is.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { scoreKey, scoreScope } from '../core/programs/address.js';
import { CandidateError } from '../core/spec/candidate-error.js';
import type { SearchActivities, ShardInput, ShardResult } from '../core/spec/search.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';
import { lookUp } from './cohort.js';
import type { Scoring } from './scoring.js';

/** Candidates looked up at once: late enough to see what another attempt of this shard has done meanwhile. */
const LOOK_AHEAD = 16;
const TICK_MS = 500;

/**
 * Scores what is missing. Every score is stored before its candidate counts as done, so whatever is killed, only
 * candidates in flight are computed again. The heartbeat's cursor is the number of candidates that are done from the front.
 */
export function scoreShard({
  store,
  scoring,
}: {
  store: Store;
  scoring: Scoring;
}): SearchActivities['scoreShard'] {
  let shards = 0;
  return async (input) => {
    const turn = shards++;
    const candidates = await fromAsync(readCandidates(store.blobs, input.list, input));
    const { heartbeatDetails } = activityInfo();
    const cursor = Math.min(
      Number((heartbeatDetails as { cursor?: number })?.cursor ?? 0),
      candidates.length,
    );
    const counts = { scored: 0, reused: cursor, failed: 0 };
    const done = new Set<number>();
    let front = cursor;
    const tick = () => {
      while (done.delete(front)) front++;
      heartbeat({ cursor: front, ...counts });
      store.progress.publish(input.search, { shard: input.shard, ...counts });
    };
    const timer = setInterval(tick, TICK_MS);
    try {
      await inLanes({
        lanes: scoring.size + 1,
        groups: groups(candidates, cursor),
        lookUp: (units) => lookUp({ store, specification: input.specification, units }),
        score: async ({ index, draws }) => {
          const outcome = draws.length
            ? await scoreOne({ store, scoring, input, candidate: candidates[index]!, draws, turn })
            : 'reused';
          counts[outcome]++;
          done.add(index);
        },
      });
    } finally {
      clearInterval(timer);
      tick();
    }
    return counts;
  };
}

async function scoreOne({
  store,
  scoring,
  input,
  candidate,
  draws,
  turn,
}: {
  store: Store;
  scoring: Scoring;
  input: ShardInput;
  candidate: string;
  draws: readonly number[];
  /** Of the shard, among those that this worker was given. */
  turn: number;
}): Promise<keyof ShardResult> {
  const { space, seed, fidelity } = input.specification;
  try {
    const result = await scoring.score({ space, candidate, seed, fidelity, draws }, turn);
    const entries = draws.map((draw, i) => ({ key: scoreKey({ candidate, draw }), proxies: result[i]! }));
    await store.scores.put(scoreScope(input.specification), entries);
    scoring.onScored({ search: input.search, shard: input.shard, candidate });
    return 'scored';
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    const { reason, message: detail } = error;
    await store.failures.put(input.run, [{ candidate, reason, detail }]);
    return 'failed';
  }
}

interface Task {
  readonly index: number;
  /** Draws without a score. */
  readonly draws: readonly number[];
}

/** Feeds tasks to a few lanes, so that scorers never wait for the store; the first error ends all lanes. */
async function inLanes({
  lanes,
  groups,
  lookUp,
  score,
}: {
  lanes: number;
  groups: readonly { start: number; units: readonly string[] }[];
  lookUp: (units: readonly string[]) => Promise<readonly (readonly unknown[])[]>;
  score: (task: Task) => Promise<void>;
}): Promise<void> {
  const signal = cancellationSignal();
  async function* tasks(): AsyncGenerator<Task> {
    for (const { start, units } of groups) {
      const found = await lookUp(units);
      for (const [i, row] of found.entries())
        yield {
          index: start + i,
          draws: row.flatMap((proxies, draw) => (proxies === undefined ? [draw] : [])),
        };
    }
  }
  const queue = tasks();
  let failed = false;
  const lane = async (): Promise<void> => {
    for await (const task of { [Symbol.asyncIterator]: () => ({ next: () => queue.next() }) }) {
      if (failed) return;
      signal.throwIfAborted();
      await score(task).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function groups(candidates: readonly string[], cursor: number) {
  const out = [];
  for (let start = cursor; start < candidates.length; start += LOOK_AHEAD)
    out.push({ start, units: candidates.slice(start, start + LOOK_AHEAD) });
  return out;
}

async function fromAsync<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}
