// Reads the latest measurement of each candidate. A candidate may be measured repeatedly, in rounds.
import type { Measurement } from '../core/contract/latency.js';
import type { Proxies, ScoreStore } from './store.js';

/** The number of candidates read at once. */
const BATCH = 1000;
/** The number of rounds that are looked up at once. */
const PROBED = 8;
const FIRST = 1;

/** Facts never change, so a repeated measurement has another key. No candidate contains a line feed. */
function keyOf(candidate: string, round: number): string {
  return round === FIRST ? candidate : `${candidate}\n${round}`;
}

/** The latest round in which a scope was measured. The first round needs no mark. */
export async function findLastRound({
  latencies,
  scope,
}: {
  readonly latencies: ScoreStore;
  readonly scope: string;
}): Promise<number> {
  for (let round = FIRST; ; round += PROBED) {
    const next = Array.from({ length: PROBED }, (_, i) => round + 1 + i);
    const marks = await latencies.get(
      scope,
      next.map((one) => keyOf('', one)),
    );
    if (marks.size < PROBED) return round + marks.size;
  }
}

/**
 * Begins another round of measurements and returns its number. Two rounds that begin at once get different
 * numbers.
 */
export async function beginRound(args: {
  readonly latencies: ScoreStore;
  readonly scope: string;
}): Promise<number> {
  const { latencies, scope } = args;
  for (let round = (await findLastRound(args)) + 1; ; round++) {
    const [outcome] = await latencies.put(scope, [{ key: keyOf('', round), proxies: { round } }]);
    if (outcome === 'stored') return round;
  }
}

interface ReadLatenciesArguments {
  readonly latencies: ScoreStore;
  readonly scope: string;
  readonly round: number;
  readonly candidates: readonly string[];
}

/** The latest measurement of each candidate, up to `round`. */
export async function readLatencies({
  latencies,
  scope,
  round,
  candidates,
}: ReadLatenciesArguments): Promise<ReadonlyMap<string, Measurement>> {
  const found = new Map<string, Measurement>();
  for (let from = 0; from < candidates.length; from += BATCH) {
    let missing = candidates.slice(from, from + BATCH);
    for (let at = round; at >= FIRST && missing.length > 0; at--) {
      const keys = missing.map((candidate) => keyOf(candidate, at));
      const facts = await latencies.get(scope, keys);
      missing.forEach((candidate, i) => {
        const fact = facts.get(keys[i]!);
        if (fact?.latency !== undefined) found.set(candidate, fact as Proxies & Measurement);
      });
      missing = missing.filter((candidate) => !found.has(candidate));
    }
  }
  return found;
}

interface StoreLatencyArguments {
  readonly latencies: ScoreStore;
  readonly scope: string;
  readonly round: number;
  readonly candidate: string;
  readonly measurement: Measurement;
}

/** Stores a measurement if there is none, and returns the stored one. */
export async function storeLatency({
  latencies,
  scope,
  round,
  candidate,
  measurement,
}: StoreLatencyArguments): Promise<Measurement> {
  const key = keyOf(candidate, round);
  const [outcome] = await latencies.put(scope, [{ key, proxies: { ...measurement } }]);
  if (outcome === 'stored') return measurement;
  return ((await latencies.get(scope, [key])).get(key) as (Proxies & Measurement) | undefined) ?? measurement;
}
