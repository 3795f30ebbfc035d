// Sets the title of the window to that of the view.
import { useEffect } from 'preact/hooks';

export function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${name} · zeroscout`;
  }, [name]);
}
