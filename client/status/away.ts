// Records since when a server has not answered.
import type { AwayServer } from './waiting.js';

/** The result of the last look at a server. */
export interface SeenServer {
  readonly name: AwayServer['name'];
  readonly state: 'there' | 'away';
}

export interface ServerWatch {
  note(seen: SeenServer): void;
  away(): readonly AwayServer[];
}

/** `isRestarted` says whether this command restarts that server when it has ended. */
export function watchServers({
  isRestarted,
}: {
  readonly isRestarted: (name: AwayServer['name']) => boolean;
}): ServerWatch {
  const since = new Map<AwayServer['name'], number>();
  return {
    note: ({ name, state }) => {
      if (state === 'there') since.delete(name);
      else if (!since.has(name)) since.set(name, Date.now());
    },
    away: () => [...since].map(([name, time]) => ({ name, since: time, isRestarted: isRestarted(name) })),
  };
}
