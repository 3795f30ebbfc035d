// Opens the store on a NATS server with JetStream, and creates its streams and bucket if they are absent.
import { type ConnectOptions, connectLink } from './connect.js';
import { createHousekeeping } from './housekeeping.js';
import { createBlobs, openBucket } from './jetstream-blobs.js';
import { createFailures } from './jetstream-failures.js';
import { createLatencies } from './jetstream-latencies.js';
import { createNamespaceRecords } from './jetstream-namespaces.js';
import { createProgress } from './jetstream-progress.js';
import { createScores } from './jetstream-scores.js';
import { createSignedScores } from './jetstream-signed.js';
import { createWorkerRecords } from './jetstream-workers.js';
import type { Store } from './store.js';
import { ensureStreams } from './streams.js';

export type { ConnectOptions } from './connect.js';

/**
 * Connects, and later reconnects for as long as it takes. Throws ServiceError within 5 s if the address does
 * not answer, is not a NATS server, is older than 2.11, has no JetStream or refuses the credentials.
 */
export async function connectStore(options: ConnectOptions): Promise<Store> {
  const link = await connectLink(options);
  const { replicas = 1 } = options;
  try {
    await ensureStreams({ link, replicas });
    const blobs = await createBlobs({ link, replicas });
    // A restarted server may have lost a stream whose description was damaged. Creating the stream again
    // makes its messages available.
    link.onReconnect(async () => {
      await ensureStreams({ link, replicas });
      await openBucket({ link, replicas });
    });
    return {
      scores: createScores({ link }),
      latencies: createLatencies({ link, replicas }),
      signed: createSignedScores({ link }),
      workers: createWorkerRecords({ link, replicas }),
      namespaces: createNamespaceRecords({ link, replicas }),
      failures: createFailures({ link }),
      blobs,
      progress: createProgress({ link }),
      housekeeping: createHousekeeping({ link }),
      isConnected: link.isAlive,
      answers: link.answers,
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}
