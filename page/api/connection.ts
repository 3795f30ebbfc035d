// Records whether the server and the services behind it answer, for the banner at the top of the page.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../http/answers.js';

export type Connection =
  | { readonly state: 'open' | 'lost' }
  | { readonly state: 'problem'; readonly problem: Problem };

type Note = { readonly path: string } & (Connection | { readonly state: 'ended' });

const streams = new Map<string, Connection>();
const watchers = new Set<(connection: Connection) => void>();

/** Records what a stream has observed. */
export function noteConnection(note: Note): void {
  const before = worst();
  const { path, ...connection } = note;
  if (connection.state === 'ended') streams.delete(path);
  else streams.set(path, connection);
  const after = worst();
  if (JSON.stringify(after) !== JSON.stringify(before)) for (const watch of watchers) watch(after);
}

function worst(): Connection {
  const all = [...streams.values()];
  return (
    all.find(({ state }) => state === 'lost') ??
    all.find(({ state }) => state === 'problem') ?? { state: 'open' }
  );
}

export function useConnection(): Connection {
  const [connection, setConnection] = useState<Connection>(worst);
  useEffect(() => {
    watchers.add(setConnection);
    setConnection(worst());
    return () => void watchers.delete(setConnection);
  }, []);
  return connection;
}
