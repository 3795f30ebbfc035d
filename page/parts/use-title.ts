// Names the view in the title of the window.
import { useEffect } from 'preact/hooks';

export function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${name} · zeroscout`;
  }, [name]);
}
