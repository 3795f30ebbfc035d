// Stores measured latencies on a stream of their own, and also reads those that earlier versions stored among
// the scores.
import { createScores } from './jetstream-scores.js';
import type { Link } from './link.js';
import type { ScoreStore } from './store.js';
import { ensureStream, findStream, LATENCIES } from './streams.js';

/**
 * In a deployment without a control worker of this version, the stream does not exist. Readers then find
 * nothing, and look for the stream again at the next read. A stream that is created here has `replicas`.
 */
export function createLatencies({
  link,
  replicas,
}: {
  readonly link: Link;
  readonly replicas: number;
}): ScoreStore {
  const own = createScores({ link, ...LATENCIES });
  let madeAt = Number.POSITIVE_INFINITY;
  // A client that may store scores can store one that looks like a latency. The server's clock distinguishes
  // it from latencies of earlier versions, which were stored before this stream was created.
  const earlier = createScores({ link, counts: (held) => held.storedAt() < madeAt });
  let isThere = false;

  async function find(): Promise<boolean> {
    if (isThere) return true;
    const info = await link.call(`opening stream ${LATENCIES.stream}`, () =>
      findStream({ link, stream: LATENCIES.stream }),
    );
    if (info === undefined) return false;
    madeAt = Date.parse(info.created);
    isThere = true;
    return true;
  }

  return {
    async put(scope, entries) {
      if (!(await find())) await ensureStream({ link, replicas, ...LATENCIES });
      return own.put(scope, entries);
    },
    async get(scope, keys) {
      const found = (await find()) ? await own.get(scope, keys) : new Map();
      const missing = keys.filter((key) => !found.has(key));
      if (missing.length === 0) return found;
      const before = await earlier.get(scope, missing);
      return new Map(
        keys.flatMap((key) => {
          const proxies = found.get(key) ?? before.get(key);
          return proxies ? [[key, proxies] as const] : [];
        }),
      );
    },
  };
}
