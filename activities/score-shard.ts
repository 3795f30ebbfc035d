// Scores the candidates of a range that have no score, and stores raw proxies by family, or failures.
import { scoreKey } from '../core/address.js';
import { CandidateError } from '../core/candidate-error.js';
import type { ScoreAddress } from '../core/contract/search.js';
import type { SearchActivities, ShardInput } from '../core/contract/search-activities.js';
import { openSpace } from '../core/spaces/index.js';
import { type FamilyName, selectFamily } from '../core/specification/families.js';
import type { ScoreRequest } from '../engine/protocol.js';
import { readCandidates } from '../store/candidate-list.js';
import type { Failure, ScoreEntry, Store } from '../store/store.js';
import { listScopesByFamily } from './address-scores.js';
import { lookUpFacts } from './cohort.js';
import { createCollector } from './collect.js';
import type { Gate } from './engine-gate.js';
import type { LocalImages } from './local-images.js';
import { type MissingScores, missingScores } from './missing-scores.js';
import { factOf, requestOf } from './score-request.js';
import type { Scoring } from './scoring.js';
import { createShardCounts, type ShardCounts } from './shard-counts.js';
import { createStructures, type Structures } from './structures.js';
import { workConcurrently } from './work-concurrently.js';

/** The most candidates that have been computed and wait to be stored. */
const UNSTORED = 1024;

/** The services of a score worker with which shards are scored. */
export interface ShardWorker {
  readonly store: Store;
  readonly scoring: Scoring;
  readonly images: LocalImages;
  readonly gate: Gate;
}

/**
 * Every score is stored before its candidate counts as done. Whatever is killed, only candidates in flight
 * are computed again.
 */
export function scoreShard(worker: ShardWorker): SearchActivities['scoreShard'] {
  const { store, scoring, images, gate } = worker;
  const structures = createStructures({ blobs: store.blobs });
  let shards = 0;
  return async (input) => {
    const { specification } = input;
    refuseDevice({ scoring, specification });
    const address = await gate(input);
    const turn = shards++;
    // If this worker may not open the space, the search ends here, since the candidates are not at fault.
    openSpace(specification.space);
    const candidates = await fromAsync(readCandidates(store.blobs, input.list, input));
    const counts = createShardCounts({
      input,
      size: candidates.length,
      progress: store.progress,
      countDeaths: scoring.countDeaths,
    });
    const shard: Shard = { input, address, turn, candidates, counts };
    return await counts.publishWhile(() =>
      withImages({ images, input }, (useImages) => scoreMissing({ worker, shard, useImages, structures })),
    );
  };
}

/** A shard that is being scored. */
interface Shard {
  readonly input: ShardInput;
  readonly address: ScoreAddress;
  /** The number of the shard in the order in which this worker received shards. */
  readonly turn: number;
  readonly candidates: readonly string[];
  readonly counts: ShardCounts;
}

interface ScoreMissingArguments {
  readonly worker: ShardWorker;
  readonly shard: Shard;
  readonly useImages: UseImages;
  readonly structures: Structures;
}

async function scoreMissing({
  worker: { store, scoring },
  shard,
  useImages,
  structures,
}: ScoreMissingArguments): Promise<void> {
  const { input, address, turn, candidates, counts } = shard;
  const { search, shard: number, run, specification } = input;
  const scores = createCollector<Scored>({
    limit: UNSTORED,
    store: (batch) => storeScores({ store, scoring, shard, batch }),
  });
  const tasks = missingScores({
    candidates,
    from: counts.cursor,
    lookUp: (units) => lookUpFacts({ store, specification, address, units }),
  });
  await workConcurrently({
    concurrency: scoring.size + 1,
    tasks,
    work: async ({ index, requests }) => {
      scoring.standing.throwIfAborted();
      if (requests.length === 0) return counts.add(index, 'reused');
      const candidate = candidates[index]!;
      const structure = await structures({ space: specification.space, candidate });
      const entries = await useImages((file) =>
        scoreOne({ scoring, input, asked: { candidate, requests, ...file, ...structure }, turn }),
      );
      if ('reason' in entries) {
        await store.failures.put(run, [entries]);
        scoring.onFailed({ search, shard: number, ...entries });
        return counts.add(index, 'failed');
      }
      await scores.add({ index, entries });
    },
  });
  await scores.finish();
}

interface StoreScoresArguments {
  readonly store: Store;
  readonly scoring: Scoring;
  readonly shard: Shard;
  readonly batch: readonly Scored[];
}

async function storeScores({
  store,
  scoring,
  shard: { input, address, candidates, counts },
  batch,
}: StoreScoresArguments): Promise<void> {
  scoring.standing.throwIfAborted();
  const { search, shard, specification } = input;
  for (const [family, scope] of listScopesByFamily({ specification, address })) {
    const entries = batch.flatMap((scored) => scored.entries.get(family) ?? []);
    if (entries.length > 0) await store.scores.put(scope, entries, scoring.worker);
  }
  for (const { index } of batch) {
    counts.add(index, 'scored');
    scoring.onScored({ search, shard, candidate: candidates[index]! });
  }
}

/** The facts of one candidate to store, by family. */
type Entries = ReadonlyMap<FamilyName, readonly ScoreEntry[]>;

interface Scored {
  readonly index: number;
  readonly entries: Entries;
}

/**
 * Refuses a shard of another device, whose scores would be stored permanently under the address of a device
 * that did not compute them.
 */
export function refuseDevice({
  scoring,
  specification,
}: {
  readonly scoring: Pick<Scoring, 'device'>;
  readonly specification: ShardInput['specification'];
}): void {
  const { device } = specification.execution;
  if (device !== scoring.device)
    throw new Error(`this worker scores on ${scoring.device}, not on ${device}: another one has to take it`);
}

/** Runs `score` with the specification's own images, if any, in a file that exists until `score` ends. */
export type UseImages = <T>(score: (file: Pick<ScoreRequest, 'images'>) => Promise<T>) => Promise<T>;

/**
 * Keeps the file of the specification's own images while `work` runs. After an error, `work` ends before its last
 * candidates, each of which therefore holds the file too.
 */
export function withImages(
  {
    images,
    input: { specification },
  }: { readonly images: LocalImages; readonly input: Pick<ShardInput, 'specification'> },
  work: (useImages: UseImages) => Promise<void>,
): Promise<void> {
  const own = specification.input?.images;
  if (!own) return work((score) => score({}));
  return images.withFile(own, () =>
    work((score) => images.withFile(own, (file) => score({ images: { file, ...own } }))),
  );
}

interface ScoreOneArguments {
  readonly scoring: Scoring;
  readonly input: ShardInput;
  readonly asked: Pick<ScoreRequest, 'candidate' | 'images' | 'structure'> & {
    readonly requests: readonly MissingScores[];
  };
  /** The number of the shard in the order in which this worker received shards. */
  readonly turn: number;
}

/** The scores of all requests, or the reason why there are none. */
async function scoreOne({
  scoring,
  input: { specification },
  asked: { requests, ...asked },
  turn,
}: ScoreOneArguments): Promise<Entries | Failure> {
  const { candidate } = asked;
  const entries = new Map<FamilyName, readonly ScoreEntry[]>();
  try {
    for (const { draws, families } of requests) {
      const result = await scoring.score(
        requestOf({ specification, asked: { ...asked, draws, families } }),
        turn,
      );
      for (const family of families) {
        const required = selectFamily(specification.proxies, family);
        const computed = draws.map((draw, i) => ({
          key: scoreKey({ candidate, draw }),
          proxies: factOf({ family, proxies: result[i]!, required }),
          required,
        }));
        entries.set(family, [...(entries.get(family) ?? []), ...computed]);
      }
    }
    return entries;
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    const { reason, message: detail } = error;
    return { candidate, reason, detail };
  }
}

async function fromAsync<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}
