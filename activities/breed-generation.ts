// Breeds the next generation of an evolution from the scores of all previous ones, or reports that the
// evolution is over.

import { LRUCache } from 'lru-cache';
import { type DrawCounts, describeDrawCounts, NO_DRAWS } from '../core/contract/draw-counts.js';
import type { HistoryRef, ScoreAddress } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { SpecError } from '../core/errors.js';
import { breed } from '../core/evolution/breed.js';
import { createHistory, type History } from '../core/evolution/history.js';
import { openSpace } from '../core/spaces/index.js';
import type { Evolution } from '../core/specification/evolution.js';
import type { Specification } from '../core/specification/specification.js';
import { writeCandidateList } from '../store/candidate-list.js';
import type { Proxies, Store } from '../store/store.js';
import { addressOf } from './address-scores.js';
import { lookUp, unitOf } from './cohort.js';
import { appendGeneration, readHistory } from './evolution-record.js';
import type { CheckConstraints } from './latency.js';
import { createRejectionCounter, describeStep } from './step-report.js';

/** The number of evolutions whose history a worker caches; others are read from the store again. */
const REMEMBERED = 4;
/** The number of candidates looked up at once. */
const BATCH = 1000;

/** The ranked history of one evolution, in memory. */
interface Memory {
  readonly history: History;
  /** The scored candidates, in the order of `history`. */
  readonly scored: string[];
  readonly seen: Set<string>;
  /** The candidates of the last generation, which are not in `history` yet. */
  pending: readonly string[];
}

export function breedGeneration({
  store,
  check,
}: {
  readonly store: Store;
  readonly check: CheckConstraints;
}): SearchActivities['breedGeneration'] {
  const memories = new LRUCache<string, Memory>({ max: REMEMBERED });
  return async (input) => {
    const { run, specification, history } = input;
    const address = addressOf(input);
    const evolution = specification.strategy as Evolution;
    const space = openSpace(specification.space);
    const name = (of: HistoryRef | undefined) => `${run} ${of?.digest ?? ''}`;
    // The memory is removed from the cache while it changes. If an attempt dies half-way, or a second attempt
    // runs beside this one, the other finds no memory and reads the history from the store.
    const known = memories.get(name(history));
    memories.delete(name(history));
    const memory = known ?? (await recall({ store, specification, history }));
    const missing = await learn({ store, run, specification, address, memory });
    const before = history ?? { digest: '', generations: 0, candidates: 0, drawn: NO_DRAWS };
    if (missing.length)
      return {
        outcome: 'missing',
        plan: await writeCandidateList(store.blobs, missing),
        history: before,
      };

    const count = Math.min(evolution.generation, evolution.budget - before.candidates);
    const { rejection: rejects, latencies, times } = check({ ...input, space });
    const { rejection, counts } = createRejectionCounter(rejects);
    if (specification.constraints) describeStep(() => ({ ...counts(), wanted: count }));
    const { children, drawn: counted } = await breed({
      space,
      seed: specification.seed,
      evolution,
      generation: { number: before.generations, count },
      past: { scored: memory.scored, best: memory.history.best, seen: memory.seen },
      rejection,
    });
    const drawn = { ...counted, ...latencies };
    if (children.length === 0) {
      const plan = await writeCandidateList(store.blobs, readHistory(store.blobs, history));
      if (count === 0) return { outcome: 'over', plan, history: before };
      return { outcome: 'over', plan, history: before, ended: explainEnd(drawn, times()) };
    }
    const next = await appendGeneration({ blobs: store.blobs, history, children, drawn });
    for (const child of children) memory.seen.add(space.canonicalKey(child));
    memory.pending = children;
    memories.set(name(next.history), memory);
    return { outcome: 'bred', ...next };
  };
}

/** Explains why no child was found; throws a SpecError if the constraints are the reason. */
function explainEnd(drawn: DrawCounts, times: string): string {
  const why = `${drawn.proposed} candidates drawn in a row gave nothing new: ${describeDrawCounts(drawn)}${times}`;
  // Without duplicates the space is not exhausted, so hardly any of its candidates meets the constraints.
  if (drawn.duplicates === 0)
    throw SpecError.of({ path: 'constraints', message: `nearly every candidate is rejected; ${why}` });
  return why;
}

/**
 * Reads the history of an evolution from the store. All of its candidates are pending, since their scores
 * have not been looked up yet.
 */
async function recall({
  store,
  specification,
  history,
}: {
  readonly store: Store;
  readonly specification: Specification;
  readonly history: HistoryRef | undefined;
}): Promise<Memory> {
  const { proxies, aggregation, fidelity } = specification;
  const pending: string[] = [];
  for await (const candidate of readHistory(store.blobs, history)) pending.push(candidate);
  const { canonicalKey } = openSpace(specification.space);
  return {
    history: createHistory({
      columns: proxies.map((proxy) => ({ proxy, weight: aggregation.weights[proxy]! })),
      draws: fidelity.draws,
      kind: aggregation.kind,
      best: (specification.strategy as Evolution).population - 1,
    }),
    scored: [],
    seen: new Set(pending.map(canonicalKey)),
    pending,
  };
}

interface LearnArguments {
  readonly store: Store;
  readonly run: string;
  readonly specification: Specification;
  readonly address: ScoreAddress;
  readonly memory: Memory;
}

/**
 * Adds the pending candidates with their scores to the history. If some have neither a score nor a recorded
 * failure, it adds none and returns those that are missing.
 */
async function learn({
  store,
  run,
  specification,
  address,
  memory,
}: LearnArguments): Promise<readonly string[]> {
  const unit = unitOf(specification);
  const found: (readonly (Proxies | undefined)[])[] = [];
  for (let from = 0; from < memory.pending.length; from += BATCH) {
    const units = memory.pending.slice(from, from + BATCH).map(unit);
    found.push(...(await lookUp({ store, specification, address, units })));
  }
  const setAside = new Set((await store.failures.list(run)).map(({ candidate }) => candidate));
  const unscored = memory.pending.filter((_, i) => found[i]!.includes(undefined));
  const missing = unscored.map(unit).filter((one) => !setAside.has(one));
  if (missing.length) return missing;
  memory.pending.forEach((candidate, i) => {
    if (found[i]!.includes(undefined)) return;
    memory.history.insert(found[i] as readonly Proxies[]);
    memory.scored.push(candidate);
  });
  memory.pending = [];
  return [];
}
