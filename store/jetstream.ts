// Opens the store on a NATS server with JetStream, and creates its streams and its bucket where they are absent.
import { type ConnectOptions, connectLink } from './connect.js';
import { createHousekeeping } from './housekeeping.js';
import { createBlobs, openBucket } from './jetstream-blobs.js';
import { createFailures } from './jetstream-failures.js';
import { createLatencies } from './jetstream-latencies.js';
import { createProgress } from './jetstream-progress.js';
import { createScores } from './jetstream-scores.js';
import { createSignedScores } from './jetstream-signed.js';
import { createWorkerRecords } from './jetstream-workers.js';
import type { Store } from './store.js';
import { ensureStreams } from './streams.js';

export type { ConnectOptions } from './connect.js';

/**
 * Connects, and from then on reconnects for as long as it takes. Throws ServiceError within 5 s when the address does
 * not answer, is something else than NATS, is older than 2.11, has no JetStream or refuses the credentials.
 */
export async function connectStore(options: ConnectOptions): Promise<Store> {
  const link = await connectLink(options);
  const { replicas = 1 } = options;
  try {
    await ensureStreams({ link, replicas });
    const blobs = await createBlobs({ link, replicas });
    // A server that was away may have lost a stream whose description was damaged. Its messages are there again
    // once the stream is created again.
    link.onReconnect(async () => {
      await ensureStreams({ link, replicas });
      await openBucket({ link, replicas });
    });
    return {
      scores: createScores({ link }),
      latencies: createLatencies({ link, replicas }),
      signed: createSignedScores({ link }),
      workers: createWorkerRecords({ link, replicas }),
      failures: createFailures({ link }),
      blobs,
      progress: createProgress({ link }),
      housekeeping: createHousekeeping({ link }),
      isConnected: link.isAlive,
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}
