// Reads the colours of the page for charts, and reports when the browser changes between light and dark.
import { useEffect, useState } from 'preact/hooks';

export interface Colours {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly card: string;
  readonly strong: string;
  readonly accent: string;
  readonly good: string;
  readonly bad: string;
}

const NAMES = ['text', 'quiet', 'line', 'card', 'strong', 'accent', 'good', 'bad'] as const;

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as unknown as Colours;
}

export function useColours(): Colours {
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const read = () => setColours(readColours());
    dark.addEventListener('change', read);
    return () => dark.removeEventListener('change', read);
  }, []);
  return colours;
}
