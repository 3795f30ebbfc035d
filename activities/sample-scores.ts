// Chooses the scores of a search that another worker will compute again, by a key that is generated after
// they were computed.
import { createHmac, randomBytes } from 'node:crypto';
import { scoreKey } from '../core/address.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import type { SampleRange } from '../core/contract/verification.js';
import { type FamilyName, selectFamily } from '../core/specification/families.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';
import { addressOf, listScopesByFamily } from './address-scores.js';

/** The number of candidates whose scores are read at once. */
const BATCH = 1_000;
const KEY_BYTES = 32;

export interface SampleOptions {
  readonly store: Store;
  /** Returns the names of the workers that poll for a device's work. */
  readonly polling: (device: string) => Promise<readonly string[]>;
  /** Returns a new key for each sample. */
  readonly freshKey?: () => Uint8Array;
}

/**
 * A score is in the sample if the HMAC of its key, as a number from 0 to 1, is below the share. A worker of
 * which no score has been verified yet has at least one score in the sample: the one with the smallest HMAC.
 * The key of the HMAC is generated after the scores were stored, so no worker can know which of its scores
 * will be checked. Scores of workers that are set aside are discarded.
 */
export function sampleScores({
  store,
  polling,
  freshKey = () => randomBytes(KEY_BYTES),
}: SampleOptions): SearchActivities['sampleScores'] {
  return async (input) => {
    const { specification, list, share, seen, distrusted } = input;
    const key = freshKey();
    const barred = new Set(distrusted);
    for (const { worker, state } of await store.workers.list()) if (state === 'set aside') barred.add(worker);
    const scopes = listScopesByFamily({ specification, address: addressOf(input) });
    const chosen = new Map<string, Chosen>();
    const counts = { scores: 0, discarded: 0 };
    for await (const keys of keyBatches({ store, specification, list }))
      for (const [family, scope] of scopes) {
        const required = selectFamily(specification.proxies, family);
        const found = await store.signed.get(scope, keys, required);
        for (const worker of new Set([...found.values()].map((score) => score.worker)))
          if (barred.has(worker)) counts.discarded += await store.signed.discard(scope, keys, worker);
        for (const [score, { worker }] of found) {
          if (barred.has(worker)) continue;
          counts.scores += 1;
          choose({ chosen, family, worker, score, place: placeOf(key, nameOf(family, score)), share });
        }
      }
    const sample = sampleOf({ chosen, seen, longest: specification.execution.shardSize });
    const { device } = specification.execution;
    // A server that does not report which workers poll is no reason to skip a sample.
    const names = await polling(device).catch(() => undefined);
    return {
      list: await writeCandidateList(store.blobs, sample.scores),
      ranges: sample.ranges,
      ...counts,
      barred: [...barred].sort(),
      ...(names ? { polling: names.filter((name) => !barred.has(name)) } : {}),
    };
  };
}

/** The workers that could compute a score again now. */
export function pollingWorkers({ store, polling }: SampleOptions): SearchActivities['pollingWorkers'] {
  return async ({ device }) => {
    const records = await store.workers.list();
    const barred = records.flatMap(({ worker, state }) => (state === 'set aside' ? [worker] : []));
    return (await polling(device)).filter((name) => !barred.includes(name));
  };
}

/** The text of a score that is hashed. */
const nameOf = (family: FamilyName, score: string): string =>
  family === 'az-nas' ? score : `${family} ${score}`;

/** The sample of one worker and family, and the score that is taken if the sample is empty. */
interface Chosen {
  readonly worker: string;
  readonly family: FamilyName;
  readonly scores: string[];
  first: { readonly score: string; readonly place: number };
}

interface ChooseArguments {
  readonly chosen: Map<string, Chosen>;
  readonly family: FamilyName;
  readonly worker: string;
  readonly score: string;
  readonly place: number;
  readonly share: number;
}

function choose({ chosen, family, worker, score, place, share }: ChooseArguments): void {
  const group = nameOf(family, worker);
  const of = chosen.get(group) ?? { worker, family, scores: [], first: { score, place } };
  chosen.set(group, of);
  if (place < share) of.scores.push(score);
  if (place < of.first.place) of.first = { score, place };
}

/** A number in [0, 1) from 48 bits of the HMAC. */
function placeOf(key: Uint8Array, score: string): number {
  return createHmac('sha256', key).update(score).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** The sample in the order of workers, split into ranges of at most `longest`. */
function sampleOf({
  chosen,
  seen,
  longest,
}: {
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly seen: readonly string[];
  readonly longest: number;
}): { readonly scores: readonly string[]; readonly ranges: readonly SampleRange[] } {
  const scores: string[] = [];
  const ranges: SampleRange[] = [];
  for (const group of [...chosen.keys()].sort()) {
    const { worker, family, scores: some, first } = chosen.get(group)!;
    const mine = some.length > 0 || seen.includes(worker) ? some : [first.score];
    for (let at = 0; at < mine.length; at += longest) {
      const from = scores.length;
      scores.push(...mine.slice(at, at + longest));
      ranges.push({ worker, from, to: scores.length, ...(family === 'az-nas' ? {} : { family }) });
    }
  }
  return { scores, ranges };
}

async function* keyBatches({
  store,
  specification,
  list,
}: {
  readonly store: Store;
} & Pick<Parameters<SearchActivities['sampleScores']>[0], 'specification' | 'list'>): AsyncGenerator<
  readonly string[]
> {
  const draws = Array.from({ length: specification.fidelity.draws }, (_, draw) => draw);
  let keys: string[] = [];
  for await (const candidate of readCandidates(store.blobs, list)) {
    keys.push(...draws.map((draw) => scoreKey({ candidate, draw })));
    if (keys.length < BATCH) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}
