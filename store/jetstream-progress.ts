// Publishes live counts of shards as core NATS messages to current subscribers. Messages are lost while
// disconnected, by design.
import type { Link } from './link.js';
import { decodeEvent, deliver, formatProgressSubject } from './progress.js';
import type { ProgressBus } from './store.js';

export function createProgress({ link }: { readonly link: Link }): ProgressBus {
  return {
    publish(search, event) {
      // The client would buffer messages published while it is disconnected, perhaps for minutes, and then
      // drop them.
      if (!link.isAlive()) return;
      try {
        link.connection.publish(formatProgressSubject(search), JSON.stringify(event));
      } catch {
        // The connection is closing; events may be lost by design.
      }
    },

    subscribe(search, listener) {
      if (!link.isOpen()) return () => {};
      let wanted = true;
      const subscription = link.connection.subscribe(formatProgressSubject(search), {
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
