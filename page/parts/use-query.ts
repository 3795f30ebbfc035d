// Reads and writes the state of a view in the query of the address, so that a link restores it and the
// browser's "back" undoes a change.
import { useLocation, useSearch } from 'wouter-preact';

export type SetQuery = (changes: Readonly<Record<string, string>>) => void;

export function useQuery(): readonly [query: URLSearchParams, set: SetQuery] {
  const search = useSearch();
  const [location, goTo] = useLocation();
  const set: SetQuery = (changes) => {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    const text = next.toString();
    goTo(text === '' ? location : `${location}?${text}`);
  };
  return [new URLSearchParams(search), set];
}
