// Loads a view when it is first opened, and tries again while the server does not answer.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const AGAIN_MS = 3_000;

export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [View, setView] = useState<ComponentType<P> | undefined>(() => loaded);
    const [isMissing, setMissing] = useState(false);
    const [turn, setTurn] = useState(0);
    useEffect(() => {
      if (View) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isGone = false;
      load().then(
        (found) => {
          loaded = found;
          setView(() => found);
        },
        () => {
          if (isGone) return;
          setMissing(true);
          timer = setTimeout(() => setTurn(turn + 1), AGAIN_MS);
        },
      );
      return () => {
        isGone = true;
        clearTimeout(timer);
      };
    }, [View, turn]);
    if (isMissing && !View)
      return (
        <p class="note bad">
          A part of this page could not be loaded. Load the page again when the server answers.
        </p>
      );
    return View ? <View {...props} /> : <p class="quiet">Loading ...</p>;
  };
}
