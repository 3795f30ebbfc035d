// Listens to a stream of server-sent events while the page is visible, and reconnects when the connection is
// lost.
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../http/answers.js';
import { apiUrl } from './ask.js';
import { noteConnection } from './connection.js';

const AGAIN_MS = 2_000;
/** The time for which a hidden page keeps its stream; browsers allow six connections to a server. */
const HIDDEN_MS = 20_000;

export interface EventHandlers {
  /** The handlers by event name, which get the data of the event. */
  readonly on: Readonly<Record<string, (data: never) => void>>;
  /** The name of the event that ends the stream. */
  readonly last?: string;
}

export function useEvents(path: string | undefined, handlers: EventHandlers): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    if (path === undefined) return undefined;
    return listen(path, () => current.current);
  }, [path]);
}

/** Returns a function that stops listening. */
function listen(path: string, handlers: () => EventHandlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    const opened = new EventSource(apiUrl(path));
    source = opened;
    opened.onopen = () => noteConnection({ path, state: 'open' });
    opened.onerror = () => {
      noteConnection({ path, state: 'lost' });
      // A browser reconnects by itself, except where a proxy has answered with an error. A hidden page waits until it
      // is visible.
      if (opened.readyState === EventSource.CLOSED && !document.hidden) timer = setTimeout(open, AGAIN_MS);
    };
    opened.addEventListener('problem', (event) => {
      const problem = JSON.parse((event as MessageEvent<string>).data) as Problem;
      noteConnection({ path, state: 'problem', problem });
    });
    const { on, last } = handlers();
    for (const name of Object.keys(on))
      opened.addEventListener(name, (event) => {
        noteConnection({ path, state: 'open' });
        handlers().on[name]?.(JSON.parse((event as MessageEvent<string>).data) as never);
        if (name !== last) return;
        isOver = true;
        close();
      });
  };
  const onVisibility = () => {
    clearTimeout(timer);
    if (isOver) return;
    if (document.hidden) timer = setTimeout(close, HIDDEN_MS);
    else if (source === undefined || source.readyState === EventSource.CLOSED) open();
  };
  document.addEventListener('visibilitychange', onVisibility);
  open();
  return () => {
    isOver = true;
    close();
    document.removeEventListener('visibilitychange', onVisibility);
    noteConnection({ path, state: 'ended' });
  };
}
