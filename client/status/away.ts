// Remembers since when a server does not answer.
import type { AwayServer } from './waiting.js';

export interface ServerWatch {
  /** What the last look at a server found. */
  saw(name: AwayServer['name'], isThere: boolean): void;
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
    saw: (name, isThere) => {
      if (isThere) since.delete(name);
      else if (!since.has(name)) since.set(name, Date.now());
    },
    away: () => [...since].map(([name, time]) => ({ name, since: time, isRestarted: isRestarted(name) })),
  };
}
