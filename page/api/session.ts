// Holds the role of the visitor and the list of live searches for all views.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { WatchedSearch } from '../../http/answers.js';

export interface Session {
  readonly role: 'viewer' | 'operator';
  readonly version: string;
  readonly embedded: boolean;
  /** The address of Temporal's own page, if it is known. */
  readonly temporalUi?: string;
}

export interface Shared {
  readonly session: Session;
  /** The newest searches; undefined until they have been read. */
  readonly searches: readonly WatchedSearch[] | undefined;
}

export const SharedContext = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error('useShared outside of the page');
  return shared;
}

export function useIsOperator(): boolean {
  return useShared().session.role === 'operator';
}
