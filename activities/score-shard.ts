// In: a range of a candidate list. Out: counts; each candidate's raw proxies are in the store, or its failure is.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { scoreKey } from '../core/address.js';
import { CandidateError } from '../core/candidate-error.js';
import type { SearchActivities, ShardInput, ShardResult } from '../core/contract/search-activities.js';
import { openSpace } from '../core/spaces/index.js';
import type { ScoreRequest } from '../engine/protocol.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Failure, ScoreEntry, Store } from '../store/store.js';
import { lookUp } from './cohort.js';
import { createCollector } from './collect.js';
import type { Gate } from './engine-gate.js';
import type { LocalImages } from './local-images.js';
import type { Scoring } from './scoring.js';

const TICK_MS = 500;
/** Candidates that are computed and wait for the store. */
const UNSTORED = 1024;

/**
 * Scores what is missing. Every score is stored before its candidate counts as done, so whatever is killed, only
 * candidates in flight are computed again. The heartbeat's cursor is the number of candidates that are done from the front.
 */
export function scoreShard({
  store,
  scoring,
  images,
  gate,
}: {
  store: Store;
  scoring: Scoring;
  images: LocalImages;
  gate: Gate;
}): SearchActivities['scoreShard'] {
  let shards = 0;
  return async (input) => {
    refuseDevice({ scoring, specification: input.specification });
    const { scope } = await gate(input);
    const turn = shards++;
    // A space that this worker may not open ends the search; its candidates are not at fault.
    openSpace(input.specification.space);
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
    const count = (index: number, outcome: keyof ShardResult) => {
      counts[outcome]++;
      done.add(index);
    };
    const scores = createCollector<Scored>({
      limit: UNSTORED,
      store: async (batch) => {
        scoring.standing.throwIfAborted();
        await store.scores.put(
          scope,
          batch.flatMap(({ entries }) => entries),
          scoring.worker,
        );
        for (const { index } of batch) {
          count(index, 'scored');
          scoring.onScored({ search: input.search, shard: input.shard, candidate: candidates[index]! });
        }
      },
    });
    const timer = setInterval(tick, TICK_MS);
    try {
      const tasks = missing({
        candidates,
        from: cursor,
        lookUp: (units) => lookUp({ store, specification: input.specification, scope, units }),
      });
      await withImages({ images, input }, (file) =>
        inLanes({
          lanes: scoring.size + 1,
          tasks,
          score: async ({ index, draws }) => {
            scoring.standing.throwIfAborted();
            if (draws.length === 0) return count(index, 'reused');
            const candidate = candidates[index]!;
            const entries = await scoreOne({ scoring, input, candidate, draws, turn, ...file });
            if ('reason' in entries) {
              await store.failures.put(input.run, [entries]);
              scoring.onFailed({ search: input.search, shard: input.shard, ...entries });
              return count(index, 'failed');
            }
            await scores.add({ index, entries });
          },
        }),
      );
      await scores.finish();
    } finally {
      clearInterval(timer);
      tick();
    }
    return counts;
  };
}

interface Scored {
  readonly index: number;
  readonly entries: readonly ScoreEntry[];
}

/** Numbers of another device class would stand under this one's address for good. */
export function refuseDevice({
  scoring,
  specification,
}: {
  scoring: Pick<Scoring, 'device'>;
  specification: ShardInput['specification'];
}): void {
  const { device } = specification.execution;
  if (device !== scoring.device)
    throw new Error(`this worker scores on ${scoring.device}, not on ${device}: another one has to take it`);
}

/** The specification's own images, if any, in a file of this machine. */
export function withImages(
  { images, input: { specification } }: { images: LocalImages; input: Pick<ShardInput, 'specification'> },
  work: (file: Pick<ScoreRequest, 'images'>) => Promise<void>,
): Promise<void> {
  const own = specification.input?.images;
  return own ? images.withFile(own, (file) => work({ images: { file, ...own } })) : work({});
}

/** Scores of the draws, or why there are none. */
async function scoreOne({
  scoring,
  input,
  candidate,
  draws,
  turn,
  ...images
}: {
  scoring: Scoring;
  input: ShardInput;
  candidate: string;
  draws: readonly number[];
  /** Of the shard, among those that this worker was given. */
  turn: number;
} & Pick<ScoreRequest, 'images'>): Promise<readonly ScoreEntry[] | Failure> {
  const { space, seed, fidelity } = input.specification;
  try {
    const result = await scoring.score({ space, candidate, seed, fidelity, draws, ...images }, turn);
    return draws.map((draw, i) => ({ key: scoreKey({ candidate, draw }), proxies: result[i]! }));
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    const { reason, message: detail } = error;
    return { candidate, reason, detail };
  }
}

interface Task {
  readonly index: number;
  /** Draws without a score. */
  readonly draws: readonly number[];
}

/** Candidates looked up at once, and the time that they should last. */
const FEWEST = 16;
const MOST = 1024;
const GROUP_MS = 500;

/**
 * A shard's candidates with the draws that have no score, looked up as late as possible, to see what another attempt of
 * this shard has done meanwhile: a few at a time, more where they are used up within the half second.
 */
async function* missing({
  candidates,
  from,
  lookUp,
}: {
  candidates: readonly string[];
  from: number;
  lookUp: (units: readonly string[]) => Promise<readonly (readonly unknown[])[]>;
}): AsyncGenerator<Task> {
  let size = FEWEST;
  for (let start = from; start < candidates.length; ) {
    const found = await lookUp(candidates.slice(start, start + size));
    const began = performance.now();
    for (const [i, row] of found.entries())
      yield {
        index: start + i,
        draws: row.flatMap((proxies, draw) => (proxies === undefined ? [draw] : [])),
      };
    start += found.length;
    size = performance.now() - began < GROUP_MS ? Math.min(2 * size, MOST) : FEWEST;
  }
}

/** Feeds tasks to a few lanes, so that scorers never wait for the store; the first error ends all lanes. */
async function inLanes({
  lanes,
  tasks,
  score,
}: {
  lanes: number;
  tasks: AsyncGenerator<Task>;
  score: (task: Task) => Promise<void>;
}): Promise<void> {
  const signal = cancellationSignal();
  let failed = false;
  const lane = async (): Promise<void> => {
    for await (const task of { [Symbol.asyncIterator]: () => ({ next: () => tasks.next() }) }) {
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

async function fromAsync<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}
