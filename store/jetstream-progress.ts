// Sends live counts of shards as core NATS messages to whoever listens now; they are lost while disconnected, by design.
import type { Link } from './link.js';
import { decodeEvent, deliver, progressSubject } from './progress.js';
import type { ProgressBus } from './store.js';

export function createProgress({ link }: { readonly link: Link }): ProgressBus {
  return {
    publish(search, event) {
      // the client would keep what is published while disconnected, for minutes if need be, and then drop it
      if (!link.isAlive()) return;
      try {
        link.connection.publish(progressSubject(search), JSON.stringify(event));
      } catch {
        // lossy by design: the connection is closing
      }
    },

    subscribe(search, listener) {
      if (!link.isOpen()) return () => {};
      let wanted = true;
      const subscription = link.connection.subscribe(progressSubject(search), {
        callback: (error, message) => {
          const event = error || !wanted ? undefined : decodeEvent(message.string());
          if (event) deliver({ listener, event });
        },
      });
      return () => {
        wanted = false;
        if (link.isOpen()) subscription.unsubscribe();
      };
    },
  };
}
