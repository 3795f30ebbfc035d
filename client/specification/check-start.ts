// Checks, before a search is started or scheduled, what the specification alone cannot tell: settings and the
// notification.
import { checkNotify } from './check-notify.js';
import { checkSettings } from './check-settings.js';
import { formatWarnings, type ReadSpecification } from './read-candidates.js';

/** Receives what is wrong but does not stop the search. */
export interface StartListener {
  /** Called with one line for what a control worker elsewhere may refuse. */
  readonly onNote: (text: string) => void;
  /** Called with one line for each setting that is valid but probably unintended; by default `onNote`. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Throws a SpecError if the notification would be refused, or if a setting would keep workers from starting.
 */
export function checkStart(read: ReadSpecification, { onNote, onWarning = onNote }: StartListener): void {
  checkNotify({ ...read, onNote });
  checkSettings();
  for (const warning of formatWarnings(read)) onWarning(warning);
}
