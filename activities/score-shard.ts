// Scores what a range of a candidate list lacks: raw proxies go to the store family by family, failures beside them.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { scoreKey } from '../core/address.js';
import { CandidateError } from '../core/candidate-error.js';
import type { SearchActivities, ShardInput, ShardResult } from '../core/contract/search-activities.js';
import { openSpace } from '../core/spaces/index.js';
import type { FamilyName } from '../core/specification/families.js';
import type { ScoreRequest } from '../engine/protocol.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Failure, ScoreEntry, Store } from '../store/store.js';
import { scopesByFamily } from './address-scores.js';
import { lookUpFacts, type UnitFacts } from './cohort.js';
import { createCollector } from './collect.js';
import type { Gate } from './engine-gate.js';
import type { LocalImages } from './local-images.js';
import { factOf, requestOf } from './score-request.js';
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
    const address = await gate(input);
    const scopes = scopesByFamily({ specification: input.specification, address });
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
        for (const [family, scope] of scopes) {
          const entries = batch.flatMap((scored) => scored.entries.get(family) ?? []);
          if (entries.length > 0) await store.scores.put(scope, entries, scoring.worker);
        }
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
        lookUp: (units) => lookUpFacts({ store, specification: input.specification, address, units }),
      });
      await withImages({ images, input }, (file) =>
        inLanes({
          lanes: scoring.size + 1,
          tasks,
          score: async ({ index, draws, families }) => {
            scoring.standing.throwIfAborted();
            if (draws.length === 0) return count(index, 'reused');
            const candidate = candidates[index]!;
            const asked = { candidate, draws, families, ...file };
            const entries = await scoreOne({ scoring, input, asked, turn });
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

/** What is stored of one candidate, by family. */
type Entries = ReadonlyMap<FamilyName, readonly ScoreEntry[]>;

interface Scored {
  readonly index: number;
  readonly entries: Entries;
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
  input: { specification },
  asked,
  turn,
}: {
  scoring: Scoring;
  input: ShardInput;
  asked: Pick<ScoreRequest, 'candidate' | 'draws' | 'images'> & { readonly families: readonly FamilyName[] };
  /** Of the shard, among those that this worker was given. */
  turn: number;
}): Promise<Entries | Failure> {
  const { candidate, draws, families } = asked;
  try {
    const result = await scoring.score(requestOf({ specification, asked }), turn);
    const entries = (family: FamilyName) =>
      draws.map((draw, i) => ({
        key: scoreKey({ candidate, draw }),
        proxies: factOf({ family, proxies: result[i]! }),
      }));
    return new Map(families.map((family) => [family, entries(family)]));
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    const { reason, message: detail } = error;
    return { candidate, reason, detail };
  }
}

interface Task {
  readonly index: number;
  /** Draws of which a family has no score, and these families. */
  readonly draws: readonly number[];
  readonly families: readonly FamilyName[];
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
  lookUp: (units: readonly string[]) => Promise<readonly UnitFacts[]>;
}): AsyncGenerator<Task> {
  let size = FEWEST;
  for (let start = from; start < candidates.length; ) {
    const found = await lookUp(candidates.slice(start, start + size));
    const began = performance.now();
    for (const [i, facts] of found.entries()) yield { index: start + i, ...missingIn(facts) };
    start += found.length;
    size = performance.now() - began < GROUP_MS ? Math.min(2 * size, MOST) : FEWEST;
  }
}

function missingIn(facts: UnitFacts): Pick<Task, 'draws' | 'families'> {
  const draws = new Set<number>();
  const families: FamilyName[] = [];
  for (const [family, row] of facts) {
    const lacking = row.flatMap((proxies, draw) => (proxies === undefined ? [draw] : []));
    if (lacking.length > 0) families.push(family);
    for (const draw of lacking) draws.add(draw);
  }
  return { draws: [...draws].sort((a, b) => a - b), families };
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
