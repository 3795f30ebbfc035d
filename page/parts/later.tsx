// Loads a view when it is first opened.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [View, setView] = useState<ComponentType<P> | undefined>(() => loaded);
    const [isMissing, setMissing] = useState(false);
    useEffect(() => {
      if (View) return;
      load().then(
        (found) => {
          loaded = found;
          setView(() => found);
        },
        () => setMissing(true),
      );
    }, [View]);
    if (isMissing)
      return (
        <p class="note bad">
          A part of this page could not be loaded. Load the page again when the server answers.
        </p>
      );
    return View ? <View {...props} /> : <p class="quiet">Loading ...</p>;
  };
}
