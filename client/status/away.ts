// Remembers since when a server does not answer.
import type { AwayServer } from './waiting.js';

/** What the last look at a server found. */
export interface SeenServer {
  readonly name: AwayServer['name'];
  readonly state: 'there' | 'away';
}

export interface ServerWatch {
  note(seen: SeenServer): void;
  away(): readonly AwayServer[];
}

/** `isRestarted`: whether this command starts that server again when it has ended. */
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
