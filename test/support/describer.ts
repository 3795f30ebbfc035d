// Computes in this process what `zeroscout status ID --json` prints, because a command costs most of a second
// of CPU, too much for polling loops.
import { Client, Connection } from '@temporalio/client';
import { readState } from '../../client/embedded/state.js';
import { describeSearch, type SearchDescription } from '../../client/searches/describe-search.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import type { TestHome } from './home.js';

export interface Describer {
  readonly client: Client;
  readonly store: Store;
  status(id: string): Promise<SearchDescription>;
  close(): Promise<void>;
}

export async function openDescriber(given: {
  /** `host:port` of Temporal. */
  readonly temporal: string;
  /** `nats://host:port`. */
  readonly nats: string;
  /** Whether all workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
}): Promise<Describer> {
  const connection = await Connection.connect({ address: given.temporal });
  const client = new Client({ connection });
  const store = await connectStore({ url: given.nats, name: 'describer' });
  return {
    client,
    store,
    status: (id) => describeSearch({ client, store, isLocal: given.isLocal }, id),
    close: async () => {
      await Promise.all([connection.close(), store.close()]);
    },
  };
}

/** Opens a describer on the running embedded servers of a home. */
export function openEmbeddedDescriber({ home }: TestHome): Promise<Describer> {
  const { temporal, nats } = readState({ home }).services;
  return openDescriber({
    temporal: `127.0.0.1:${temporal!.port}`,
    nats: `nats://127.0.0.1:${nats!.port}`,
    isLocal: true,
  });
}
