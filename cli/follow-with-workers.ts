// Follows a search to its result with workers that this command starts, and keeps embedded servers running.
import { hostname } from 'node:os';
import { withServersKept } from '../client/embedded/keep-servers.js';
import type { BegunSearch } from '../client/searches/begin-search.js';
import { followThrough } from '../client/searches/follow-through.js';
import type { Started } from '../client/searches/start-search.js';
import { listBackgroundWorkers } from '../client/workers/background-workers.js';
import { startLocalWorkers } from '../client/workers/local-workers.js';
import { findLivingWorkers, readQueue, type SeenWorker } from '../client/workers/queues.js';
import type { SearchResult } from '../core/contract/search.js';
import type { Device } from '../core/specification/devices.js';
import { Interrupted } from './arguments.js';
import { typedCommandLine } from './command-line.js';
import { EXIT } from './exit-codes.js';
import { withProgress } from './render/follow-view.js';
import { note, paint } from './render/terminal.js';
import type { Session } from './session.js';

export interface FollowWithWorkersOptions {
  readonly session: Session;
  readonly begun: BegunSearch;
  /** The running search; `begun` may have been a finished one. */
  readonly started: Started;
  /** The number of score workers of this command. */
  readonly count: number;
  readonly options: { readonly json?: true };
}

/** Works on the search until its result exists. Throws Interrupted if the person stops the command before. */
export async function followWithWorkers({
  session,
  begun,
  started,
  count,
  options,
}: FollowWithWorkersOptions): Promise<SearchResult> {
  const { client, store, connections, home } = session;
  const { id, read } = begun;
  const { device } = read.specification.execution;
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    note('\nstopping the local workers; scores are kept');
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const workers = startLocalWorkers({ home, count, device, onNote: note });
  try {
    const onStep = (text: string) => note(paint.dim(text));
    const result = await withServersKept({ home, connections, onStep }, (isRestarted) =>
      withProgress(options.json ? 'hidden' : 'shown', (onLook) =>
        followThrough({
          client,
          handle: started.handle,
          id,
          store,
          stop: stop.signal,
          onLook,
          again: async () => (await begun.again()).handle,
          onNote: note,
          isRestarted,
          isLocal: connections.temporal.source === 'embedded',
          workersStarted: count > 0 ? Date.now() : undefined,
        }),
      ),
    );
    if (result === 'stopped') throw new Interrupted(await describeRunning({ session, id, device }));
    return result;
  } finally {
    await workers.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Tells a person who has stopped the command whether other workers still work on the search. */
async function describeRunning({
  session: { client, connections, home },
  id,
  device,
}: {
  readonly session: Session;
  readonly id: string;
  readonly device: Device;
}): Promise<string> {
  const back = `continue with: ${typedCommandLine()}`;
  const end = `zeroscout cancel ${id} ends it`;
  const local = (await listBackgroundWorkers({ home })).length;
  if (local > 0)
    return `${local} background workers continue the search (zeroscout services down stops them, ${end}); ${back}`;
  // Workers of this command have this host's name, and are listed for a while after their end.
  const isOther = ({ worker }: SeenWorker) => !worker?.place.endsWith(`@${hostname()}`);
  const ask = async () => findLivingWorkers({ queue: await readQueue(client, device), isLocal: false });
  const others = connections.temporal.source === 'embedded' ? [] : await ask().catch(() => []);
  const count = others.filter(isOther).length;
  if (count > 0) return `${count} other workers for ${device} continue the search (${end}); ${back}`;
  return `nothing is lost; ${back}`;
}
