// Holds who looks at this page, and the searches that are watched live, for all views.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { WatchedSearch } from '../../http/answers.js';

export interface Session {
  readonly role: 'viewer' | 'operator';
  readonly version: string;
  readonly embedded: boolean;
  /** Where Temporal's own page is, if that is known. */
  readonly temporalUi?: string;
}

export interface Shared {
  readonly session: Session;
  /** The newest searches; undefined until they are known. */
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
