// This file remembers since when a server does not answer.
import type { AwayServer } from './waiting.js';

export interface ServerWatch {
  /** What the last look at a server found. */
  saw(name: AwayServer['name'], isThere: boolean): void;
  away(): readonly AwayServer[];
}

/** `isRestarting`: whether this command starts servers again that have ended. */
export function watchServers({ isRestarting }: { readonly isRestarting: boolean }): ServerWatch {
  const since = new Map<AwayServer['name'], number>();
  return {
    saw: (name, isThere) => {
      if (isThere) since.delete(name);
      else if (!since.has(name)) since.set(name, Date.now());
    },
    away: () => [...since].map(([name, time]) => ({ name, since: time, isRestarted: isRestarting })),
  };
}
