// Keeps measured latencies on a stream of their own, and reads those that earlier versions stored among the scores.
import { createScores } from './jetstream-scores.js';
import type { Link } from './link.js';
import type { ScoreStore } from './store.js';
import { ensureStream, LATENCIES, streamInfo } from './streams.js';

/**
 * In a deployment that no control worker of this version has served yet there is no stream. Readers then find nothing, and look
 * for the stream again at the next read. `replicas` holds for a stream that is created here.
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
  // A client that may store scores can store one that looks like a latency. The server's clock tells it from those of earlier
  // versions: they were stored before this stream was made.
  const earlier = createScores({ link, counts: (held) => held.storedAt() < madeAt });
  let isThere = false;

  async function find(): Promise<boolean> {
    if (isThere) return true;
    const info = await link.call(`opening stream ${LATENCIES.stream}`, () =>
      streamInfo({ link, stream: LATENCIES.stream }),
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
